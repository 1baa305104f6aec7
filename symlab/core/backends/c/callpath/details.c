/* Everything about a function that is not its call: asked of the Python object `details`. */
#include "callpath.h"

/* True when the error says no more than that `object` has no such attribute; one raised inside it is left as it is. */
static int is_plain_absence(PyObject *error, PyObject *object, PyObject *name) {
    PyObject *text = PyObject_Str(error);
    PyObject *plain = PyUnicode_FromFormat("'%.100s' object has no attribute '%U'", Py_TYPE(object)->tp_name, name);
    int same = text && plain && PyUnicode_Compare(text, plain) == 0;
    Py_XDECREF(text);
    Py_XDECREF(plain);
    PyErr_Clear();
    return same;
}

/* The error then speaks of the function, which is what the user has in hand. */
static void rename_absence(CompiledCall *self, PyObject *name) {
    PyObject *type, *error, *trace;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) return;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    if (!is_plain_absence(error, self->details, name)) {
        PyErr_Restore(type, error, trace);
        return;
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%U'", Py_TYPE(self)->tp_name, name);
}

static PyObject *details_attribute(CompiledCall *self, PyObject *name) {
    PyObject *value = PyObject_GetAttr(self->details, name);
    if (!value) rename_absence(self, name);
    return value;
}

static PyObject *call_getattro(CompiledCall *self, PyObject *name) {
    if (_PyType_Lookup(Py_TYPE(self), name)) return PyObject_GenericGetAttr((PyObject *)self, name);
    return details_attribute(self, name);
}

static int call_setattro(CompiledCall *self, PyObject *name, PyObject *value) {
    if (_PyType_Lookup(Py_TYPE(self), name)) return PyObject_GenericSetAttr((PyObject *)self, name, value);
    int failed = PyObject_SetAttr(self->details, name, value);
    if (failed) rename_absence(self, name);
    return failed;
}

static PyObject *call_repr(CompiledCall *self) {
    return PyObject_Repr(self->details);
}

static PyObject *call_subscript(CompiledCall *self, PyObject *key) {
    return PyObject_GetItem(self->details, key);
}

static int call_set_subscript(CompiledCall *self, PyObject *key, PyObject *value) {
    return value ? PyObject_SetItem(self->details, key, value) : PyObject_DelItem(self->details, key);
}

static PyObject *forward(CompiledCall *self, const char *method, PyObject *args) {
    PyObject *name = PyUnicode_FromString(method), *found = name ? details_attribute(self, name) : NULL;
    PyObject *result = found ? PyObject_Call(found, args, NULL) : NULL;
    Py_XDECREF(found);
    Py_XDECREF(name);
    return result;
}

/* These are found on the type, before the fallback could act, so each is passed on by a method of its own. */
static PyObject *call_reduce(CompiledCall *self, PyObject *args) { return forward(self, "__reduce__", args); }
static PyObject *call_reduce_ex(CompiledCall *self, PyObject *args) { return forward(self, "__reduce_ex__", args); }
static PyObject *call_copy(CompiledCall *self, PyObject *args) { return forward(self, "__copy__", args); }
static PyObject *call_deepcopy(CompiledCall *self, PyObject *args) { return forward(self, "__deepcopy__", args); }

static PyObject *call_dir(CompiledCall *self, PyObject *unused) {
    PyObject *own = PyObject_CallMethod((PyObject *)&PyBaseObject_Type, "__dir__", "O", self);
    PyObject *names = own ? PySet_New(own) : NULL, *others = names ? PyObject_Dir(self->details) : NULL;
    PyObject *added = others ? PyObject_CallMethod(names, "update", "O", others) : NULL;
    PyObject *all = added ? PySequence_List(names) : NULL;
    Py_XDECREF(own);
    Py_XDECREF(names);
    Py_XDECREF(others);
    Py_XDECREF(added);
    return all;
}
