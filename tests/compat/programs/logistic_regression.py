"""Softmax regression on digits, as programs for Theano are written; prints the cost of every epoch."""

import sys

import numpy
import theano
import theano.tensor as T


class LogisticRegression:
    """One layer of a class each."""

    def __init__(self, input, n_in, n_out):
        zeros = numpy.zeros((n_in, n_out), dtype=theano.config.floatX)
        self.W = theano.shared(value=zeros, name="W", borrow=True)
        self.b = theano.shared(value=zeros[0], name="b", borrow=True)
        self.p_y_given_x = T.nnet.softmax(T.dot(input, self.W) + self.b)
        self.y_pred = T.argmax(self.p_y_given_x, axis=1)
        self.params = [self.W, self.b]

    def negative_log_likelihood(self, y):
        return -T.mean(T.log(self.p_y_given_x)[T.arange(y.shape[0]), y])

    def errors(self, y):
        if y.ndim != self.y_pred.ndim:
            raise TypeError("y should have the same shape as self.y_pred", ("y", y.type, "y_pred", self.y_pred.type))
        if y.dtype.startswith("int"):
            return T.mean(T.neq(self.y_pred, y))
        raise NotImplementedError


def shared_dataset(data, borrow=True):
    data_x, data_y = data
    shared_x = theano.shared(numpy.asarray(data_x, dtype=theano.config.floatX), borrow=borrow)
    shared_y = theano.shared(numpy.asarray(data_y, dtype=theano.config.floatX), borrow=borrow)
    return shared_x, T.cast(shared_y, "int32")


def train(images, labels, epochs=3, batch_size=100, learning_rate=0.13):
    train_x, train_y = shared_dataset((images[:4000], labels[:4000]))
    test_x, test_y = shared_dataset((images[4000:], labels[4000:]))
    index = T.lscalar()
    x, y = T.matrix("x"), T.ivector("y")
    classifier = LogisticRegression(input=x, n_in=images.shape[1], n_out=10)
    cost = classifier.negative_log_likelihood(y)
    gradients = T.grad(cost=cost, wrt=classifier.params)
    updates = [(param, param - learning_rate * g) for param, g in zip(classifier.params, gradients, strict=True)]
    rows = slice(index * batch_size, (index + 1) * batch_size)
    train_model = theano.function([index], cost, updates=updates, givens={x: train_x[rows], y: train_y[rows]})
    test_model = theano.function([index], classifier.errors(y), givens={x: test_x[rows], y: test_y[rows]})
    costs = [[float(train_model(batch)) for batch in range(4000 // batch_size)] for _ in range(epochs)]
    return numpy.array(costs), float(numpy.mean([test_model(batch) for batch in range(1000 // batch_size)]))


if __name__ == "__main__":
    data = numpy.load(sys.argv[1])
    costs, error = train(data["images"], data["labels"])
    for epoch, row in enumerate(costs):
        print(f"epoch {epoch}, cost {row.mean():.12f}")
    print(f"test error {error:.4f}")
