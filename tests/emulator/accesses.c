/* Every access of a kernel to memory: within an allocation, after something was written there, and in an order.

   g++ calls these functions at each access when it compiles for its own thread sanitizer, whose library is not used.
   Two threads may touch a byte, one of them writing, only with a barrier between them; lanes of a warp also with an
   operation of that warp; blocks of one launch never, unless both are atomic. The order in which threads happen to run
   does not matter, so what is found does not hang on luck. */
#include "accesses.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BITS = 12, ROUTES = 1024, MOST_SHARED = 1 << 20, WARPS = 32, LANES = 32, OF_WARP = 1024, MANY = 0xffff };

allocation *emulator_allocations;
static struct {
    uintptr_t page;
    allocation *item;
} routes[ROUTES]; /* the allocation of a page, where it was looked up before */

static struct {
    bool running;
    uint32_t launch, block, now; /* stamps at which these began */
    int thread;
    uint16_t turns[WARPS];
    char *shared, *shared_end;
    void (*stop)(const char *problem);
} state = {.now = 1};
static cell shared_cells[MOST_SHARED]; /* of all kernels of a module: g++ gives each variable its own place */

void emulator_forget(void) { memset(routes, 0, sizeof routes); }

void emulator_filled(allocation *item, char *at, size_t size) {
    for (cell *place = item->cells + (at - item->data), *end = place + size; place < end; place++)
        *place = (cell){.written = 1};
}

/* What a launch tells of itself */

#define TOLD __attribute__((visibility("default"))) void
TOLD emulator_launch_begins(void (*stop)(const char *)) {
    state.stop = stop;
    state.launch = ++state.now;
    state.running = true;
}
TOLD emulator_launch_ends(void) { state.running = false; }
TOLD emulator_block_begins(char *shared, char *shared_end) {
    state.block = ++state.now;
    state.shared = shared;
    state.shared_end = shared_end;
    memset(state.turns, 0, sizeof state.turns);
    if (shared_end - shared > MOST_SHARED) abort();
    if (shared) memset(shared_cells, 0, (shared_end - shared) * sizeof *shared_cells);
}
TOLD emulator_thread_runs(int number) { state.thread = number; }
TOLD emulator_barrier_passed(void) { state.now++; }
TOLD emulator_warp_passed(int warp) { state.turns[warp]++; }

/* Judgement */

static void stop(const char *format, ...) {
    char problem[200];
    va_list values;
    va_start(values, format);
    vsnprintf(problem, sizeof problem, format, values);
    va_end(values);
    state.stop(problem);
}

static int warp_of(int thread) { return thread >= OF_WARP ? thread - OF_WARP : thread / LANES; }

/* Whether nothing stands between an access of another thread and what happens now. */
static bool apart(uint32_t stamp, uint16_t thread, uint16_t turn) {
    if (stamp < state.launch || (stamp >= state.block && stamp < state.now)) return false;
    if (stamp < state.block) return true;
    if (thread == state.thread) return false;
    return thread == MANY || warp_of(thread) != warp_of(state.thread) || turn == state.turns[warp_of(state.thread)];
}

static void note_read(cell *place) {
    const uint16_t turn = state.turns[warp_of(state.thread)];
    int reader = state.thread;
    if (place->read == state.now && apart(place->read, place->reader, place->read_turn))
        reader = place->reader != MANY && warp_of(place->reader) == warp_of(reader) ? OF_WARP + warp_of(reader) : MANY;
    place->others = place->read >= state.launch && (place->read < state.block || place->others);
    place->read = state.now;
    place->reader = reader;
    place->read_turn = turn;
}

static void judge(cell *place, bool writes, bool atomic, const char *memory, size_t at) {
    const int me = state.thread;
    if (place->written && apart(place->written, place->writer, place->write_turn) && !(atomic && place->atomic))
        stop("race: thread %d %s byte %zu of %s, which thread %d%s wrote, without a barrier between them", me,
             writes ? "writes" : "reads", at, memory, place->writer,
             place->written < state.block ? " of another block" : "");
    if (!writes) {
        if (!place->written) stop("thread %d reads byte %zu of %s, which nothing has written yet", me, at, memory);
        note_read(place);
        return;
    }
    if (place->read && (apart(place->read, place->reader, place->read_turn) || (place->read >= state.launch && place->others)))
        stop("race: thread %d writes byte %zu of %s, which another thread reads, without a barrier between them", me, at,
             memory);
    if (atomic && !place->written) stop("thread %d adds to byte %zu of %s, which nothing has written yet", me, at, memory);
    place->written = state.now;
    place->writer = me;
    place->write_turn = state.turns[warp_of(me)];
    place->atomic = atomic;
}

static allocation *allocation_of(char *address) {
    const uintptr_t page = (uintptr_t)address >> PAGE_BITS;
    if (routes[page % ROUTES].page == page) return routes[page % ROUTES].item;
    allocation *item = emulator_allocations;
    while (item && !(address >= item->start && address < item->start + item->mapped)) item = item->next;
    routes[page % ROUTES].page = page;
    routes[page % ROUTES].item = item;
    return item;
}

static void access(char *address, size_t size, bool writes, bool atomic) {
    if (!state.running) return;
    if (address >= state.shared && address < state.shared_end) {
        for (size_t k = 0, at = address - state.shared; k < size; k++)
            judge(shared_cells + at + k, writes, atomic, "shared memory", at + k);
        return;
    }
    allocation *item = allocation_of(address);
    if (!item) return; /* a local variable */
    if (address < item->data || address + size > item->data + item->size)
        stop("thread %d %s %zu bytes at byte %td of an allocation of %zu bytes", state.thread, writes ? "writes" : "reads",
             size, address - item->data, item->size);
    for (size_t k = 0, at = address - item->data; k < size; k++)
        judge(item->cells + at + k, writes, atomic, "an allocation", at + k);
}

TOLD emulator_atomic(void *address, size_t size) { access(address, size, true, true); }

/* A device reads and writes numbers at multiples of their size alone; those of 16 bytes are two of 8. */
static void aligned(char *address, size_t size, bool writes) {
    if (state.running && (uintptr_t)address % (size < 8 ? size : 8))
        stop("thread %d %s %zu bytes that are not aligned", state.thread, writes ? "writes" : "reads", size);
    access(address, size, writes, false);
}

#define INSTRUMENTED(bytes)                                                         \
    TOLD __tsan_read##bytes(void *at) { aligned(at, bytes, false); }                  \
    TOLD __tsan_write##bytes(void *at) { aligned(at, bytes, true); }                  \
    TOLD __tsan_unaligned_read##bytes(void *at) { access(at, bytes, false, false); }  \
    TOLD __tsan_unaligned_write##bytes(void *at) { access(at, bytes, true, false); }
INSTRUMENTED(1) INSTRUMENTED(2) INSTRUMENTED(4) INSTRUMENTED(8) INSTRUMENTED(16)
TOLD __tsan_read_range(void *at, size_t size) { access(at, size, false, false); }
TOLD __tsan_write_range(void *at, size_t size) { access(at, size, true, false); }
TOLD __tsan_vptr_update(void **at, void *value) {}
TOLD __tsan_func_entry(void *caller) {}
TOLD __tsan_func_exit(void) {}
TOLD __tsan_init(void) {}
