/* Where threads wait for a cell to change, and what a fork or the end of the interpreter means for them. */
#include "callpath.h"

/* `waiters`, `process` and the cells' marks change only under the GIL; the mutex is for the sleepers, who have let go
 * of it. A mark is the number of the process that made it: in a forked child the threads behind all marks are gone, so
 * a new number frees every cell. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_rwlock_t writing;  /* read-locked by each commit that works without the GIL */
    uint64_t changes;
    long waiters;
    uint64_t process;
} waiting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER, 0, 0, 1};

#if PY_VERSION_HEX >= 0x030D0000
#define is_finalizing Py_IsFinalizing
#else
#define is_finalizing _Py_IsFinalizing
#endif

/* A fork waits until no value is half-written: the child could not finish it. */
static void before_fork(void) {
    pthread_rwlock_wrlock(&waiting.writing);
}

static void after_fork_in_parent(void) {
    pthread_rwlock_unlock(&waiting.writing);
}

static void after_fork_in_child(void) {
    pthread_mutex_init(&waiting.mutex, NULL);
    pthread_cond_init(&waiting.changed, NULL);
    pthread_rwlock_init(&waiting.writing, NULL);
    waiting.waiters = 0;
    waiting.process++;
    forget_calls_of_other_threads();
}

/* While the interpreter ends, the other threads never run again (a daemon thread is stopped where it next wants the
 * GIL), so what they marked is free as after a fork. */
static void free_marks_of_stopped_threads(void) {
    pthread_rwlock_wrlock(&waiting.writing);
    pthread_rwlock_unlock(&waiting.writing);
    waiting.process++;
}

/* Must follow the test that says why to wait without letting go of the GIL between: then no change is missed. */
static void wait_for_change(void) {
    if (is_finalizing()) {
        free_marks_of_stopped_threads();
        return;
    }
    uint64_t seen = waiting.changes;
    waiting.waiters++;
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&waiting.mutex);
    while (waiting.changes == seen) pthread_cond_wait(&waiting.changed, &waiting.mutex);
    pthread_mutex_unlock(&waiting.mutex);
    Py_END_ALLOW_THREADS
    waiting.waiters--;
}

static void announce_change(void) {
    if (!waiting.waiters) return;
    pthread_mutex_lock(&waiting.mutex);
    waiting.changes++;
    pthread_cond_broadcast(&waiting.changed);
    pthread_mutex_unlock(&waiting.mutex);
}

static int watch_forks(void) {
#ifdef _WIN32
    return 1;
#else
    static int watched;
    if (!watched && pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child))
        return PyErr_SetString(PyExc_OSError, "pthread_atfork failed"), 0;
    return watched = 1;
#endif
}
