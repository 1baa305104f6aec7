"""An LSTM that reads digits row by row, some of them cut short by a mask, and names them by the mean of its states."""

import sys

import numpy
import theano
import theano.tensor as T


def ortho_weight(rng, ndim):
    u, _, _ = numpy.linalg.svd(rng.randn(ndim, ndim))
    return u.astype(theano.config.floatX)


def init_params(rng, n_in, dim, n_out):
    return {
        "W": 0.1 * rng.randn(n_in, 4 * dim),
        "U": numpy.concatenate([ortho_weight(rng, dim) for _ in range(4)], axis=1),
        "b": numpy.zeros(4 * dim),
        "V": 0.1 * rng.randn(dim, n_out),
        "c": numpy.zeros(n_out),
    }


def lstm_layer(tparams, state_below, dim, mask):
    nsteps, n_samples = state_below.shape[0], state_below.shape[1]

    def _slice(_x, n):
        return _x[:, n * dim : (n + 1) * dim]

    def _step(m_, x_, h_, c_):
        preact = T.dot(h_, tparams["U"]) + x_
        i = T.nnet.sigmoid(_slice(preact, 0))
        f = T.nnet.sigmoid(_slice(preact, 1))
        o = T.nnet.sigmoid(_slice(preact, 2))
        c = T.tanh(_slice(preact, 3))
        c = f * c_ + i * c
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = o * T.tanh(c)
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, c

    state_below = T.dot(state_below, tparams["W"]) + tparams["b"]
    zero = numpy.asarray(0.0, dtype=theano.config.floatX)
    rval, _ = theano.scan(
        _step,
        sequences=[mask, state_below],
        outputs_info=[T.alloc(zero, n_samples, dim), T.alloc(zero, n_samples, dim)],
        name="lstm_layers",
        n_steps=nsteps,
    )
    return rval[0]


def train(images, labels, steps=5, batch_size=16, dim=8, lrate=0.5):
    rng = numpy.random.RandomState(123)
    params = init_params(rng, 28, dim, 10)
    tparams = {name: theano.shared(value, name=name) for name, value in params.items()}
    x, mask, y = T.tensor3("x"), T.matrix("mask"), T.ivector("y")
    proj = lstm_layer(tparams, x, dim, mask)
    proj = (proj * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    pred = T.nnet.softmax(T.dot(proj, tparams["V"]) + tparams["c"])
    cost = -T.log(pred[T.arange(y.shape[0]), y] + 1e-8).mean()
    grads = T.grad(cost, wrt=list(tparams.values()))
    updates = [(p, p - lrate * g) for p, g in zip(tparams.values(), grads, strict=True)]
    f_update = theano.function([x, mask, y], cost, updates=updates)
    lengths = 20 + rng.randint(9, size=batch_size)
    masks = (numpy.arange(28)[:, None] < lengths).astype(theano.config.floatX)
    costs = []
    for step in range(steps):
        rows = slice(step * batch_size, (step + 1) * batch_size)
        sequences = images[rows].reshape(batch_size, 28, 28).transpose(1, 0, 2)
        costs.append(float(f_update(sequences.astype(theano.config.floatX), masks, labels[rows].astype("int32"))))
    return params, masks, numpy.array(costs), {name: p.get_value() for name, p in tparams.items()}


if __name__ == "__main__":
    data = numpy.load(sys.argv[1])
    for place, cost in enumerate(train(data["images"], data["labels"])[2]):
        print(f"step {place}, cost {cost:.12f}")
