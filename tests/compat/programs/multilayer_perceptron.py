"""A hidden layer before the softmax, with L1 and L2 penalties."""

import numpy
import theano
import theano.tensor as T

from tests.compat.programs.logistic_regression import LogisticRegression


class HiddenLayer:
    def __init__(self, rng, input, n_in, n_out, W=None, b=None, activation=T.tanh):
        if W is None:
            bound = numpy.sqrt(6.0 / (n_in + n_out))
            values = numpy.asarray(rng.uniform(-bound, bound, size=(n_in, n_out)), dtype=theano.config.floatX)
            if activation == theano.tensor.nnet.sigmoid:
                values *= 4
            W = theano.shared(value=values, name="W", borrow=True)
        if b is None:
            b = theano.shared(value=numpy.zeros((n_out,), dtype=theano.config.floatX), name="b", borrow=True)
        linear = T.dot(input, W) + b
        self.W, self.b, self.params = W, b, [W, b]
        self.output = linear if activation is None else activation(linear)


def train(images, labels, epochs=2, batch_size=100, learning_rate=0.05, hidden=30, L1_reg=0.0001, L2_reg=0.001):
    x, y, index = T.matrix("x"), T.ivector("y"), T.lscalar()
    layer = HiddenLayer(numpy.random.RandomState(1234), x, images.shape[1], hidden)
    top = LogisticRegression(layer.output, hidden, 10)
    L1 = abs(layer.W).sum() + abs(top.W).sum()
    L2_sqr = (layer.W**2).sum() + (top.W**2).sum()
    cost = top.negative_log_likelihood(y) + L1_reg * L1 + L2_reg * L2_sqr
    params = layer.params + top.params
    gparams = [T.grad(cost, param) for param in params]
    updates = [(param, param - learning_rate * gparam) for param, gparam in zip(params, gparams, strict=True)]
    data_x = theano.shared(numpy.asarray(images[:4000], dtype=theano.config.floatX), borrow=True)
    data_y = T.cast(theano.shared(numpy.asarray(labels[:4000], dtype=theano.config.floatX)), "int32")
    rows = slice(index * batch_size, (index + 1) * batch_size)
    step = theano.function([index], cost, updates=updates, givens={x: data_x[rows], y: data_y[rows]})
    return numpy.array([[float(step(batch)) for batch in range(4000 // batch_size)] for _ in range(epochs)])
