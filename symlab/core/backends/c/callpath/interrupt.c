/* Ctrl-C during a long call. Python only notes a signal and looks at it between bytecodes, of which there are none
 * while generated code runs. So for the length of a call that runs without the GIL a handler of our own comes before
 * Python's: it raises a flag, at which generated code looks between steps, and hands the signal on. Python runs its
 * handler when the cells are free again; where that raises nothing, the call, which has changed nothing, starts anew. */
#include "callpath.h"

static struct {
    unsigned long main_thread;  /* the only one in which Python handles signals, and so the only one that watches */
    int depth;                  /* watching calls, one within another */
    int installed;
    volatile int raised;
#ifndef _WIN32
    struct sigaction before;
#endif
} interrupt;

static int find_main_thread(void) {
    PyObject *module = PyImport_ImportModule("threading");
    PyObject *thread = module ? PyObject_CallMethod(module, "main_thread", NULL) : NULL;
    PyObject *number = thread ? PyObject_GetAttrString(thread, "ident") : NULL;
    interrupt.main_thread = number ? PyLong_AsUnsignedLong(number) : 0;
    Py_XDECREF(number);
    Py_XDECREF(thread);
    Py_XDECREF(module);
    return !PyErr_Occurred();
}

#ifdef _WIN32
static void install_handler(void) {}
static void remove_handler(void) {}
#else
static void note_interrupt(int number, siginfo_t *information, void *context) {
    interrupt.raised = 1;
    if (interrupt.before.sa_flags & SA_SIGINFO) interrupt.before.sa_sigaction(number, information, context);
    else interrupt.before.sa_handler(number);
}

static int is_ours(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == note_interrupt;
}

/* Where nobody handles the signal, it is ignored or ends the process, and there is nothing to watch for. */
static void install_handler(void) {
    struct sigaction now;
    if (sigaction(SIGINT, NULL, &now) || is_ours(&now)) return;
    int handled = (now.sa_flags & SA_SIGINFO) || (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN);
    struct sigaction ours = interrupt.before = now;
    ours.sa_flags |= SA_SIGINFO;
    ours.sa_sigaction = note_interrupt;
    interrupt.installed = handled && !sigaction(SIGINT, &ours, NULL);
}

/* A handler that somebody installed meanwhile stays. */
static void remove_handler(void) {
    struct sigaction now;
    if (interrupt.installed && !sigaction(SIGINT, &interrupt.before, &now) && !is_ours(&now))
        sigaction(SIGINT, &now, NULL);
    interrupt.installed = 0;
}
#endif

/* True where generated code is to look at the flag; then `stop_watching` follows. Both need the GIL. */
static int watch_interrupts(Frame *frame) {
    if (PyThread_get_thread_ident() != interrupt.main_thread) return 0;
    if (interrupt.depth++ == 0) {
        interrupt.raised = 0;
        install_handler();
    }
    frame->error[ERROR_WORDS - 1] = (int64_t)(intptr_t)&interrupt.raised;
    return 1;
}

static void stop_watching(void) {
    if (--interrupt.depth == 0) remove_handler();
}

/* In a forked child the thread that forked is the main one; a call of another thread has ended with that. */
static void forget_calls_of_other_threads(void) {
    unsigned long here = PyThread_get_thread_ident();
    if (here == interrupt.main_thread) return;
    remove_handler();
    interrupt.depth = 0;
    interrupt.main_thread = here;
}

/* True where Python's handler raised nothing, so that the call is to be repeated. */
static int interrupt_is_settled(void) {
    if (PyErr_CheckSignals()) return 0;
    interrupt.raised = 0;
    return 1;
}
