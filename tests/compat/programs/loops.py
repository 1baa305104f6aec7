"""What the tutorials compute by scan: powers, polynomials, a recurrent network, sampling."""

import numpy
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams


def powers(base, exponent):
    k, A = T.iscalar("k"), T.vector("A")
    result, updates = theano.scan(
        fn=lambda prior, A: prior * A, outputs_info=T.ones_like(A), non_sequences=A, n_steps=k
    )
    return theano.function(inputs=[A, k], outputs=result[-1], updates=updates)(base, exponent)


def polynomial(coefficients, at):
    c, x = T.vector("c"), T.scalar("x")
    terms, _ = theano.scan(
        fn=lambda coefficient, power, x: coefficient * x**power,
        outputs_info=None,
        sequences=[c, T.arange(1000)],
        non_sequences=x,
    )
    return theano.function(inputs=[c, x], outputs=terms.sum())(coefficients, at)


def recurrent_network(inputs, targets, rng, hidden=6, steps=5):
    draw = lambda *shape: theano.shared(rng.uniform(-0.3, 0.3, shape))  # noqa: E731
    W_in, W, W_out, h0 = (
        draw(inputs.shape[1], hidden),
        draw(hidden, hidden),
        draw(hidden, targets.shape[1]),
        draw(hidden),
    )
    u, t = T.matrix("u"), T.matrix("t")

    def step(u_t, h_before, W, W_in, W_out):
        h = T.tanh(T.dot(u_t, W_in) + T.dot(h_before, W))
        return h, T.dot(h, W_out)

    [_, y], _ = theano.scan(step, sequences=u, outputs_info=[h0, None], non_sequences=[W, W_in, W_out])
    error = ((y - t) ** 2).sum()
    params = [W, W_in, W_out, h0]
    gradients = T.grad(error, params)
    f = theano.function([u, t], error, updates=[(p, p - 0.01 * g) for p, g in zip(params, gradients, strict=True)])
    first = [p.get_value() for p in params]
    return first, numpy.array([float(f(inputs, targets)) for _ in range(steps)]), [p.get_value() for p in params]


def noise(seed, shape):
    stream = RandomStreams(seed=seed)
    uniform, normal = stream.uniform(shape), stream.normal(shape)
    f = theano.function([], [uniform, normal])
    return f(), f()


def masks(seed, shape, chance):
    stream = MRG_RandomStreams(seed)
    return theano.function([], stream.binomial(size=shape, n=1, p=chance, dtype=theano.config.floatX))
