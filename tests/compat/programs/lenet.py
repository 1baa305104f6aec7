"""LeNet: two layers of convolution and pooling, a hidden layer, a softmax; prints the cost of every step."""

import sys

import numpy
import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d
from theano.tensor.signal import pool


class LeNetConvPoolLayer:
    """Filters, the largest of each square of 2 x 2, a bias, tanh."""

    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = filter_shape[0] * numpy.prod(filter_shape[2:]) // numpy.prod(poolsize)
        bound = numpy.sqrt(6.0 / (fan_in + fan_out))
        values = numpy.asarray(rng.uniform(low=-bound, high=bound, size=filter_shape), dtype=theano.config.floatX)
        self.W = theano.shared(values, borrow=True)
        self.b = theano.shared(value=numpy.zeros((filter_shape[0],), dtype=theano.config.floatX), borrow=True)
        conv_out = conv2d(input=input, filters=self.W, filter_shape=filter_shape, input_shape=image_shape)
        pooled_out = pool.pool_2d(input=conv_out, ws=poolsize, ignore_border=True)
        self.output = T.tanh(pooled_out + self.b.dimshuffle("x", 0, "x", "x"))
        self.params = [self.W, self.b]


def dense(rng, n_in, n_out, scale):
    W = theano.shared(numpy.asarray(rng.uniform(-scale, scale, (n_in, n_out)), dtype=theano.config.floatX), borrow=True)
    return W, theano.shared(numpy.zeros((n_out,), dtype=theano.config.floatX), borrow=True)


def train(images, labels, steps=6, batch_size=20, nkerns=(3, 4), hidden=16, learning_rate=0.1):
    rng = numpy.random.RandomState(23455)
    train_x = theano.shared(numpy.asarray(images[: steps * batch_size], dtype=theano.config.floatX), borrow=True)
    train_y = T.cast(theano.shared(numpy.asarray(labels[: steps * batch_size], dtype=theano.config.floatX)), "int32")
    index, x, y = T.lscalar(), T.matrix("x"), T.ivector("y")
    layer0 = LeNetConvPoolLayer(
        rng,
        input=x.reshape((batch_size, 1, 28, 28)),
        image_shape=(batch_size, 1, 28, 28),
        filter_shape=(nkerns[0], 1, 5, 5),
    )
    layer1 = LeNetConvPoolLayer(
        rng,
        input=layer0.output,
        image_shape=(batch_size, nkerns[0], 12, 12),
        filter_shape=(nkerns[1], nkerns[0], 5, 5),
    )
    W2, b2 = dense(rng, nkerns[1] * 4 * 4, hidden, 0.2)
    W3, b3 = dense(rng, hidden, 10, 0.2)
    layer2 = T.tanh(T.dot(layer1.output.flatten(2), W2) + b2)
    p_y_given_x = T.nnet.softmax(T.dot(layer2, W3) + b3)
    cost = -T.mean(T.log(p_y_given_x)[T.arange(y.shape[0]), y])
    params = [W3, b3, W2, b2, *layer1.params, *layer0.params]
    initial = [param.get_value() for param in params]
    grads = T.grad(cost, params)
    updates = [(param, param - learning_rate * grad) for param, grad in zip(params, grads, strict=True)]
    rows = slice(index * batch_size, (index + 1) * batch_size)
    step = theano.function([index], cost, updates=updates, givens={x: train_x[rows], y: train_y[rows]})
    costs = [float(step(batch)) for batch in range(steps)]
    return initial, numpy.array(costs), [param.get_value() for param in params]


if __name__ == "__main__":
    data = numpy.load(sys.argv[1])
    for place, cost in enumerate(train(data["images"], data["labels"])[1]):
        print(f"step {place}, cost {cost:.12f}")
