/* CUDA C on the processor, so that kernels run unchanged where there is no GPU.

   Each thread of a block is a fiber; blocks run one after another. A fiber runs until it waits: at a barrier of its block
   or at an operation of its warp. What a real device would leave undefined is made visible: shared memory is filled with
   nan before each block, threads that wait at different barriers or under different masks end the launch with a message,
   and the order of threads is chosen by a seed, so that a missing barrier changes results. */
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <csetjmp>
#include <cstring>
#include <sys/mman.h>
#include <tuple>
#include <type_traits>
#include <ucontext.h>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)
#define __shared__ __attribute__((section("emulator_shared"), aligned(16))) static

extern "C" char __start_emulator_shared[] __attribute__((weak)), __stop_emulator_shared[] __attribute__((weak));

/* The record of accesses, in the driver's library. */
extern "C" {
void emulator_launch_begins(void (*stop)(const char *problem));
void emulator_launch_ends();
void emulator_block_begins(char *shared, char *shared_end);
void emulator_thread_runs(int number);
void emulator_barrier_passed();
void emulator_warp_passed(int warp);
void emulator_atomic(void *address, size_t size);
}

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

namespace emulator {

constexpr int most_threads = 1024, warp = 32;
constexpr size_t stack_bytes = 64 << 10;
constexpr unsigned char poison = 0xff; /* a nan in every floating-point format, -1 as an integer */

enum class State { ready, at_barrier, at_warp, done };

struct Thread {
    ucontext_t context;        /* its stack, to begin with */
    jmp_buf place;             /* where it goes on */
    bool begun;
    State state;
    dim3 index;
    int number;                /* within the block */
    int line;                  /* where it waits */
    unsigned mask;             /* the lanes with which it waits */
    uint64_t given, published; /* what it brings to an operation of its warp, and what the warp has seen of it */
};

inline Thread threads[most_threads];
inline Thread *current;
inline jmp_buf scheduler;
inline bool finished = true; /* the last launch: else its threads stand somewhere in the middle */
inline dim3 block_index, block_size, grid_size;
inline int count; /* threads of a block */
inline char problem[256];
inline void (*kernel)(void *);
inline void *kernel_operands;

/* Jumps from stack to stack: unlike swapcontext they ask nothing of the operating system. */
inline void leave() {
    if (!_setjmp(current->place)) _longjmp(scheduler, 1);
}

inline void resume() {
    if (_setjmp(scheduler)) return;
    if (current->begun) _longjmp(current->place, 1);
    current->begun = true;
    setcontext(&current->context);
}

inline void wait(State state, int line) {
    current->state = state;
    current->line = line;
    leave();
}

/* One thread after another, block after block, on the same stack. */
inline void run_threads() {
    for (;;) {
        kernel(kernel_operands);
        current->state = State::done;
        leave();
    }
}

/* End the launch: the thread that did wrong does not go on. */
inline void stop(const char *what) {
    snprintf(problem, sizeof problem, "block %u: %s", block_index.x, what);
    leave();
}

inline char *stack_of(int number) {
    static char *stacks = static_cast<char *>(mmap(nullptr, stack_bytes * most_threads, PROT_READ | PROT_WRITE,
                                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    return stacks + stack_bytes * number;
}

inline void start(Thread &thread, int number) {
    thread.state = State::ready;
    thread.number = number;
    thread.index = dim3(number % block_size.x, number / block_size.x % block_size.y,
                        number / (block_size.x * block_size.y));
    if (thread.begun) return;
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = stack_of(number);
    thread.context.uc_stack.ss_size = stack_bytes;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, run_threads, 0);
}

/* The place of the k-th thread to run: in order, in reverse, or mixed by a prime that divides no size of a block. */
inline int in_order(int k, unsigned seed) {
    if (seed == 0) return k;
    if (seed == 1) return count - 1 - k;
    return static_cast<int>((k * 1009u + seed) % static_cast<unsigned>(count));
}

/* Let the lanes of a warp go on whose whole mask has come to one place; true if any did. */
inline bool release_warp(int first) {
    const int lanes = std::min(warp, count - first);
    unsigned arrived = 0, dead = lanes == warp ? 0u : ~0u << lanes;
    for (int lane = 0; lane < lanes; lane++) {
        arrived |= (threads[first + lane].state == State::at_warp ? 1u : 0u) << lane;
        dead |= (threads[first + lane].state == State::done ? 1u : 0u) << lane;
    }
    bool released = false;
    for (int lane = 0; lane < lanes; lane++) {
        const Thread &leader = threads[first + lane];
        const unsigned wanted = leader.mask & ~dead;
        if (!(arrived >> lane & 1u) || (wanted & arrived) != wanted) continue;
        bool agree = wanted >> lane & 1u;
        for (int other = 0; other < lanes; other++)
            if (wanted >> other & 1u)
                agree &= threads[first + other].mask == leader.mask && threads[first + other].line == leader.line;
        if (!agree) continue;
        for (int other = 0; other < lanes; other++) {
            if (!(wanted >> other & 1u)) continue;
            threads[first + other].published = threads[first + other].given;
            threads[first + other].state = State::ready;
        }
        arrived &= ~wanted;
        released = true;
        emulator_warp_passed(first / warp);
    }
    return released;
}

/* Let all threads pass a barrier; false, with the problem told, where they wait at different ones. */
inline bool pass_barrier() {
    for (int k = 1; k < count; k++) {
        if (threads[k].line == threads[0].line && threads[k].state == State::at_barrier) continue;
        snprintf(problem, sizeof problem, "threads of block %u wait at different barriers, lines %d and %d",
                 block_index.x, threads[0].line, threads[k].line);
        return false;
    }
    for (int k = 0; k < count; k++) threads[k].state = State::ready;
    emulator_barrier_passed();
    return true;
}

inline int waiting(State state) {
    return static_cast<int>(std::count_if(threads, threads + count, [=](const Thread &t) { return t.state == state; }));
}

inline bool run_block(unsigned seed) {
    if (__start_emulator_shared) memset(__start_emulator_shared, poison, __stop_emulator_shared - __start_emulator_shared);
    emulator_block_begins(__start_emulator_shared, __stop_emulator_shared);
    for (int k = 0; k < count; k++) start(threads[k], k);
    while (waiting(State::done) < count) {
        bool moved = false;
        for (int k = 0; k < count; k++) {
            current = &threads[in_order(k, seed)];
            if (current->state != State::ready) continue;
            moved = true;
            emulator_thread_runs(current->number);
            resume();
            if (problem[0]) return false;
        }
        for (int first = 0; first < count; first += warp) moved |= release_warp(first);
        const int at_barrier = waiting(State::at_barrier);
        if (at_barrier == count) {
            if (!pass_barrier()) return false;
        } else if (!moved && waiting(State::done) < count) {
            snprintf(problem, sizeof problem, "block %u is stuck: %d of %d threads wait at a barrier, %d in a warp, %d left",
                     block_index.x, at_barrier, count, waiting(State::at_warp), waiting(State::done));
            return false;
        }
    }
    return true;
}

inline bool run_grid(const unsigned *grid, unsigned seed) {
    for (block_index.z = 0; block_index.z < grid[2]; block_index.z++)
        for (block_index.y = 0; block_index.y < grid[1]; block_index.y++)
            for (block_index.x = 0; block_index.x < grid[0]; block_index.x++)
                if (!run_block(seed)) return false;
    return true;
}

template <class... A, size_t... I> void call(void (*function)(A...), void **operands, std::index_sequence<I...>) {
    function(*static_cast<std::remove_reference_t<A> *>(operands[I])...);
}

/* Where each operand lies in a buffer that holds them one after another, each aligned. */
template <class... A> void unpack(void (*)(A...), char *buffer, void **operands) {
    size_t offset = 0, place = 0;
    auto next = [&](size_t alignment, size_t size) {
        offset = (offset + alignment - 1) / alignment * alignment;
        operands[place++] = buffer + offset;
        offset += size;
    };
    (next(alignof(A), sizeof(A)), ...);
}

template <class... A>
int launch(void (*function)(A...), const unsigned *grid, const unsigned *block, char *packed, unsigned seed) {
    void *operands[sizeof...(A) + 1];
    unpack(function, packed, operands);
    struct Call {
        void (*function)(A...);
        void **operands;
    } made{function, operands};
    kernel = [](void *data) {
        auto *made = static_cast<Call *>(data);
        call(made->function, made->operands, std::index_sequence_for<A...>{});
    };
    kernel_operands = &made;
    grid_size = dim3(grid[0], grid[1], grid[2]);
    block_size = dim3(block[0], block[1], block[2]);
    count = static_cast<int>(block[0] * block[1] * block[2]);
    if (count < 1 || count > most_threads) {
        snprintf(problem, sizeof problem, "a block of %d threads", count);
        return 1;
    }
    problem[0] = 0;
    if (!finished)
        for (Thread &thread : threads) thread.begun = false;
    finished = false;
    emulator_launch_begins(stop);
    finished = run_grid(grid, seed);
    emulator_launch_ends();
    return !finished;
}

/* The value that another lane of the mask brings; what a lane outside of it brings is poison. */
template <class T, class Source> T exchanged(unsigned mask, T value, int line, Source source) {
    static_assert(sizeof(T) <= sizeof(uint64_t), "a lane exchanges 64 bits at most");
    Thread &self = *current;
    if (!(mask >> self.number % warp & 1u)) stop("a lane takes part in an operation whose mask leaves it out");
    memcpy(&self.given, &value, sizeof value);
    self.mask = mask;
    wait(State::at_warp, line);
    const int lane = self.number % warp, first = self.number - lane;
    int from = source(lane);
    if (from < 0 || from >= warp || first + from >= count) from = lane;
    T result;
    memset(&result, poison, sizeof result);
    if (mask >> from & 1u) memcpy(&result, &threads[first + from].published, sizeof result);
    return result;
}

} // namespace emulator

#define threadIdx (emulator::current->index)
#define blockIdx (emulator::block_index)
#define blockDim (emulator::block_size)
#define gridDim (emulator::grid_size)
#define warpSize 32
#define __syncthreads() emulator::wait(emulator::State::at_barrier, __LINE__)
#define __syncwarp() emulator::exchanged(0xffffffffu, 0, __LINE__, [&](int l) { return l; })
#define __shfl_sync(mask, value, lane) emulator::exchanged(mask, value, __LINE__, [&](int) { return (int)(lane); })
#define __shfl_down_sync(mask, value, by) emulator::exchanged(mask, value, __LINE__, [&](int l) { return l + (int)(by); })
#define __shfl_up_sync(mask, value, by) emulator::exchanged(mask, value, __LINE__, [&](int l) { return l - (int)(by); })
#define __shfl_xor_sync(mask, value, by) emulator::exchanged(mask, value, __LINE__, [&](int l) { return l ^ (int)(by); })

#define EMULATOR_ATOMIC(name, result)                                                                     \
    template <class T, class U> __attribute__((noinline, no_sanitize("thread"))) T name(T *at, U given) {   \
        emulator_atomic(at, sizeof *at);                                                                    \
        const T before = *at, value = static_cast<T>(given);                                                \
        *at = result;                                                                                       \
        return before;                                                                                      \
    }
EMULATOR_ATOMIC(atomicAdd, before + value)
EMULATOR_ATOMIC(atomicMin, value < before ? value : before)
EMULATOR_ATOMIC(atomicMax, value > before ? value : before)
EMULATOR_ATOMIC(atomicExch, value)

using std::isfinite, std::isinf, std::isnan, std::max, std::min, std::signbit;

#define EMULATOR_EXPORT(name)                                                                                            \
    extern "C" __attribute__((visibility("default"))) int emulated_##name(const unsigned *grid, const unsigned *block,   \
                                                                          char *packed, unsigned seed) {                 \
        return emulator::launch(name, grid, block, packed, seed);                                                        \
    }
extern "C" __attribute__((visibility("default"))) const char *emulator_problem() { return emulator::problem; }
