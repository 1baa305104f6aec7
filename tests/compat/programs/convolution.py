"""A small convolutional network: one layer of filters, pooling, a softmax on top."""

import numpy
import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d
from theano.tensor.signal import pool

from tests.compat.programs.logistic_regression import LogisticRegression


class LeNetConvPoolLayer:
    def __init__(self, rng, input, filter_shape, image_shape, poolsize=(2, 2)):
        assert image_shape[1] == filter_shape[1]
        fan_in = numpy.prod(filter_shape[1:])
        fan_out = filter_shape[0] * numpy.prod(filter_shape[2:]) // numpy.prod(poolsize)
        bound = numpy.sqrt(6.0 / (fan_in + fan_out))
        values = numpy.asarray(rng.uniform(-bound, bound, size=filter_shape), dtype=theano.config.floatX)
        self.W = theano.shared(values, borrow=True)
        self.b = theano.shared(numpy.zeros((filter_shape[0],), dtype=theano.config.floatX), borrow=True)
        maps = conv2d(input=input, filters=self.W, filter_shape=filter_shape, input_shape=image_shape)
        pooled = pool.pool_2d(input=maps, ws=poolsize, ignore_border=True)
        self.output = T.tanh(pooled + self.b.dimshuffle("x", 0, "x", "x"))
        self.params = [self.W, self.b]


def train(images, labels, steps=4, rows=20, learning_rate=0.1):
    x, y = T.matrix("x"), T.ivector("y")
    rng = numpy.random.RandomState(23455)
    layer0 = LeNetConvPoolLayer(rng, x.reshape((rows, 1, 28, 28)), (3, 1, 5, 5), (rows, 1, 28, 28))
    top = LogisticRegression(layer0.output.flatten(2), 3 * 12 * 12, 10)
    cost = top.negative_log_likelihood(y)
    params = layer0.params + top.params
    updates = [(p, p - learning_rate * g) for p, g in zip(params, T.grad(cost, params), strict=True)]
    step = theano.function([x, y], cost, updates=updates)
    costs = [float(step(images[:rows], labels[:rows].astype("int32"))) for _ in range(steps)]
    return numpy.array(costs), [p.get_value() for p in params]
