"""A restricted Boltzmann machine, trained by persistent contrastive divergence: a Gibbs chain by scan."""

import sys

import numpy
import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams


class RBM:
    def __init__(self, input, n_visible=784, n_hidden=30):
        rng = numpy.random.RandomState(1234)
        self.theano_rng = RandomStreams(int(rng.randint(2**30)))
        bound = 4 * numpy.sqrt(6.0 / (n_hidden + n_visible))
        initial_W = numpy.asarray(rng.uniform(-bound, bound, (n_visible, n_hidden)), dtype=theano.config.floatX)
        self.W = theano.shared(value=initial_W, name="W", borrow=True)
        self.hbias = theano.shared(numpy.zeros(n_hidden, dtype=theano.config.floatX), name="hbias", borrow=True)
        self.vbias = theano.shared(numpy.zeros(n_visible, dtype=theano.config.floatX), name="vbias", borrow=True)
        self.input = input
        self.params = [self.W, self.hbias, self.vbias]

    def free_energy(self, v_sample):
        wx_b = T.dot(v_sample, self.W) + self.hbias
        vbias_term = T.dot(v_sample, self.vbias)
        hidden_term = T.sum(T.log(1 + T.exp(wx_b)), axis=1)
        return -hidden_term - vbias_term

    def propup(self, vis):
        pre_sigmoid_activation = T.dot(vis, self.W) + self.hbias
        return [pre_sigmoid_activation, T.nnet.sigmoid(pre_sigmoid_activation)]

    def propdown(self, hid):
        pre_sigmoid_activation = T.dot(hid, self.W.T) + self.vbias
        return [pre_sigmoid_activation, T.nnet.sigmoid(pre_sigmoid_activation)]

    def sample(self, mean):
        return self.theano_rng.binomial(size=mean.shape, n=1, p=mean, dtype=theano.config.floatX)

    def sample_h_given_v(self, v0_sample):
        pre_sigmoid_h1, h1_mean = self.propup(v0_sample)
        return [pre_sigmoid_h1, h1_mean, self.sample(h1_mean)]

    def sample_v_given_h(self, h0_sample):
        pre_sigmoid_v1, v1_mean = self.propdown(h0_sample)
        return [pre_sigmoid_v1, v1_mean, self.sample(v1_mean)]

    def gibbs_hvh(self, h0_sample):
        v1, h1 = self.sample_v_given_h(h0_sample), None
        h1 = self.sample_h_given_v(v1[2])
        return [*v1, *h1]

    def get_cost_updates(self, lr, persistent, k):
        ph_sample = self.sample_h_given_v(self.input)[2] if persistent is None else persistent
        (pre_sigmoid_nvs, _, nv_samples, _, _, nh_samples), updates = theano.scan(
            self.gibbs_hvh,
            outputs_info=[None, None, None, None, None, ph_sample],
            n_steps=k,
            name="gibbs_hvh",
        )
        chain_end = nv_samples[-1]
        cost = T.mean(self.free_energy(self.input)) - T.mean(self.free_energy(chain_end))
        gparams = T.grad(cost, self.params, consider_constant=[chain_end])
        for gparam, param in zip(gparams, self.params, strict=True):
            updates[param] = param - gparam * T.cast(lr, dtype=theano.config.floatX)
        if persistent is not None:
            updates[persistent] = nh_samples[-1]
        return self.reconstruction_cost(pre_sigmoid_nvs[-1]), updates

    def reconstruction_cost(self, pre_sigmoid_nv):
        seen, rebuilt = self.input, T.nnet.sigmoid(pre_sigmoid_nv)
        return T.mean(T.sum(seen * T.log(rebuilt) + (1 - seen) * T.log(1 - rebuilt), axis=1))


def train(images, steps=6, batch_size=20, n_hidden=30, k=3, learning_rate=0.1, is_persistent=True):
    index, x = T.lscalar(), T.matrix("x")
    train_x = theano.shared(numpy.asarray(images[: steps * batch_size], dtype=theano.config.floatX), borrow=True)
    zeros = numpy.zeros((batch_size, n_hidden), dtype=theano.config.floatX)
    persistent_chain = theano.shared(zeros, borrow=True) if is_persistent else None
    rbm = RBM(input=x, n_hidden=n_hidden)
    cost, updates = rbm.get_cost_updates(lr=learning_rate, persistent=persistent_chain, k=k)
    rows = slice(index * batch_size, (index + 1) * batch_size)
    train_rbm = theano.function([index], cost, updates=updates, givens={x: train_x[rows]}, name="train_rbm")
    costs = [float(train_rbm(batch)) for batch in range(steps)]
    return numpy.array(costs), [param.get_value() for param in rbm.params]


if __name__ == "__main__":
    data = numpy.load(sys.argv[1])
    for place, cost in enumerate(train(data["images"])[0]):
        print(f"step {place}, cost {cost:.12f}")
