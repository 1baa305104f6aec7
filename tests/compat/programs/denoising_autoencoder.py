"""A denoising autoencoder: rebuild an image from one of which some pixels are dropped at random."""

import sys

import numpy
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams


class dA:
    """One hidden layer with tied weights."""

    def __init__(self, numpy_rng, theano_rng, input, n_visible=784, n_hidden=40):
        bound = 4 * numpy.sqrt(6.0 / (n_hidden + n_visible))
        initial_W = numpy.asarray(
            numpy_rng.uniform(low=-bound, high=bound, size=(n_visible, n_hidden)), dtype=theano.config.floatX
        )
        self.W = theano.shared(value=initial_W, name="W", borrow=True)
        self.b_prime = theano.shared(numpy.zeros(n_visible, dtype=theano.config.floatX), name="bvis", borrow=True)
        self.b = theano.shared(numpy.zeros(n_hidden, dtype=theano.config.floatX), name="bhid", borrow=True)
        self.W_prime = self.W.T
        self.theano_rng, self.x = theano_rng, input
        self.params = [self.W, self.b, self.b_prime]

    def get_corrupted_input(self, input, corruption_level):
        kept = self.theano_rng.binomial(size=input.shape, n=1, p=1 - corruption_level, dtype=theano.config.floatX)
        return kept * input

    def get_cost_updates(self, corruption_level, learning_rate):
        tilde_x = self.get_corrupted_input(self.x, corruption_level)
        y = T.nnet.sigmoid(T.dot(tilde_x, self.W) + self.b)
        z = T.nnet.sigmoid(T.dot(y, self.W_prime) + self.b_prime)
        L = -T.sum(self.x * T.log(z) + (1 - self.x) * T.log(1 - z), axis=1)
        cost = T.mean(L)
        gparams = T.grad(cost, self.params)
        return cost, [(param, param - learning_rate * g) for param, g in zip(self.params, gparams, strict=True)]


def train(images, corruption_level=0.3, epochs=2, batch_size=50, learning_rate=0.1, streams="shared"):
    count = 1000
    train_x = theano.shared(numpy.asarray(images[:count], dtype=theano.config.floatX), borrow=True)
    index, x = T.lscalar(), T.matrix("x")
    rng = numpy.random.RandomState(123)
    kind = RandomStreams if streams == "shared" else MRG_RandomStreams
    da = dA(rng, kind(int(rng.randint(2**30))), x)
    cost, updates = da.get_cost_updates(corruption_level=corruption_level, learning_rate=learning_rate)
    rows = slice(index * batch_size, (index + 1) * batch_size)
    train_da = theano.function([index], cost, updates=updates, givens={x: train_x[rows]})
    return numpy.array([[float(train_da(batch)) for batch in range(count // batch_size)] for _ in range(epochs)])


if __name__ == "__main__":
    data = numpy.load(sys.argv[1])
    for epoch, row in enumerate(train(data["images"])):
        print(f"epoch {epoch}, cost {row.mean():.12f}")
