/* The type of compiled functions, and the module. */
#include "callpath.h"

static PyMemberDef call_members[] = {
    {"details", T_OBJECT, offsetof(CompiledCall, details), READONLY, "What answers for all but calls."},
    {"reuse_outputs", T_BOOL, offsetof(CompiledCall, reuse_outputs), 0, "Whether results no longer held are reused."},
    {"release_gil_at", T_LONGLONG, offsetof(CompiledCall, release_gil_at), 0,
     "Nanoseconds of estimated work from which other threads may run meanwhile."},
    {NULL}};

static PyMethodDef call_methods[] = {
    {"free", (PyCFunction)call_free, METH_NOARGS, "free($self)\n--\n\nGive back the memory kept for the next call."},
    {"__dir__", (PyCFunction)call_dir, METH_NOARGS, NULL},
    {"__reduce__", (PyCFunction)call_reduce, METH_VARARGS, NULL},
    {"__reduce_ex__", (PyCFunction)call_reduce_ex, METH_VARARGS, NULL},
    {"__copy__", (PyCFunction)call_copy, METH_VARARGS, NULL},
    {"__deepcopy__", (PyCFunction)call_deepcopy, METH_VARARGS, NULL},
    {NULL}};

static PyMappingMethods call_mapping = {
    .mp_subscript = (binaryfunc)call_subscript, .mp_ass_subscript = (objobjargproc)call_set_subscript};

static PyTypeObject CompiledCall_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "symlab.Function", .tp_basicsize = sizeof(CompiledCall),
    .tp_doc = "A compiled function: call it with values for its inputs, by position or by name.",
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_call = PyVectorcall_Call, .tp_vectorcall_offset = offsetof(CompiledCall, vectorcall), .tp_new = call_new,
    .tp_members = call_members, .tp_methods = call_methods, .tp_getattro = (getattrofunc)call_getattro,
    .tp_setattro = (setattrofunc)call_setattro, .tp_repr = (reprfunc)call_repr, .tp_as_mapping = &call_mapping,
    .tp_weaklistoffset = offsetof(CompiledCall, weak_references), .tp_traverse = (traverseproc)call_traverse,
    .tp_clear = (inquiry)call_clear, .tp_dealloc = (destructor)call_dealloc};

static int add_type(PyObject *module, const char *name, PyTypeObject *type) {
    if (PyType_Ready(type) < 0) return 0;
    return PyModule_AddObjectRef(module, name, (PyObject *)type) == 0;
}

static int module_exec(PyObject *module) {
    import_array1(-1);
    if (!find_main_thread() || !watch_forks()) return -1;
    if (!add_type(module, "SharedCell", &SharedCell_Type)) return -1;
    return add_type(module, "CompiledCall", &CompiledCall_Type) ? 0 : -1;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},  /* the marks are of one GIL */
#endif
    {0, NULL}};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_callpath", .m_doc = "Calls of compiled functions.", .m_slots = module_slots};

PyMODINIT_FUNC PyInit__callpath(void) {
    return PyModuleDef_Init(&module_definition);
}
