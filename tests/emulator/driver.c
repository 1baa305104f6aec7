/* A libcuda.so.1 whose device is the processor: the part of the driver that PyCUDA and symlab use.

   A module is a shared object of device.hpp. Every allocation starts with rubbish, between pages that nobody may touch;
   accesses.c watches each byte. Streams run at once, in order. */
#define _GNU_SOURCE
#include "accesses.h"
#include <cuda.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, GUARD = 16 * PAGE, ALIGNMENT = 256, POISON = 0xff, DEEPEST = 64 };
enum { MOST_BLOCKS = 2147483647, MOST_BLOCKS_ASIDE = 65535, MOST_THREADS = 1024 };
static const size_t TOTAL = 4ul << 30;

typedef int (*launcher)(const unsigned *grid, const unsigned *block, char *packed, unsigned seed);
struct CUfunc_st {
    launcher launch;
    const char *(*problem)(void);
    char name[200];
};
struct CUmod_st {
    void *library;
};
struct CUevent_st {
    struct timespec time;
};
static __thread CUcontext current[DEEPEST];
static __thread int depth;
static size_t used;
static char last[512] = "no error";

static CUresult failed(CUresult code, const char *what, const char *why) {
    snprintf(last, sizeof last, "%s: %s", what, why);
    return code;
}

/* Contexts and the device */

CUresult cuInit(unsigned flags) { return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int *version) {
    *version = 13000;
    return CUDA_SUCCESS;
}
CUresult cuGetErrorString(CUresult error, const char **text) {
    const int told = error == CUDA_ERROR_LAUNCH_FAILED || error == CUDA_ERROR_ILLEGAL_ADDRESS || error == CUDA_ERROR_INVALID_VALUE;
    *text = told                                ? last
            : error == CUDA_ERROR_OUT_OF_MEMORY ? "out of memory"
            : error == CUDA_ERROR_NOT_SUPPORTED ? "not in the emulated driver"
                                                : "an error";
    return CUDA_SUCCESS;
}
CUresult cuGetErrorName(CUresult error, const char **name) {
    *name = "CUDA_ERROR";
    return CUDA_SUCCESS;
}
CUresult cuDeviceGetCount(int *count) {
    *count = getenv("EMULATED_DEVICES") ? atoi(getenv("EMULATED_DEVICES")) : 1;
    return CUDA_SUCCESS;
}
CUresult cuDeviceGet(CUdevice *device, int number) {
    *device = number;
    return number ? CUDA_ERROR_INVALID_DEVICE : CUDA_SUCCESS;
}
CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
    snprintf(name, size, "emulated device");
    return CUDA_SUCCESS;
}
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) {
    *bytes = TOTAL;
    return CUDA_SUCCESS;
}
CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice device) {
    *major = 9;
    *minor = 0;
    return CUDA_SUCCESS;
}
CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
    switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *value = MOST_THREADS; break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *value = 64; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: *value = MOST_BLOCKS; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: *value = MOST_BLOCKS_ASIDE; break;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE: *value = 32; break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 4; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: *value = 49152; break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 9; break;
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING: *value = 1; break;
    default: *value = 0;
    }
    return CUDA_SUCCESS;
}
CUresult cuCtxPushCurrent(CUcontext context) {
    if (depth == DEEPEST) return CUDA_ERROR_INVALID_CONTEXT;
    current[depth++] = context;
    return CUDA_SUCCESS;
}
CUresult cuCtxPopCurrent(CUcontext *context) {
    if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
    depth--;
    if (context) *context = current[depth];
    return CUDA_SUCCESS;
}
CUresult cuCtxGetCurrent(CUcontext *context) {
    *context = depth ? current[depth - 1] : NULL;
    return CUDA_SUCCESS;
}
CUresult cuCtxSetCurrent(CUcontext context) {
    if (depth) current[depth - 1] = context;
    return depth ? CUDA_SUCCESS : cuCtxPushCurrent(context);
}
CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    static char primary[8];
    *context = (CUcontext)primary;
    return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRelease(CUdevice device) { return CUDA_SUCCESS; }
CUresult cuCtxDetach(CUcontext context) {
    if (depth && current[depth - 1] == context) depth--;
    return CUDA_SUCCESS;
}
CUresult cuCtxDestroy(CUcontext context) { return cuCtxDetach(context); }
CUresult cuCtxGetDevice(CUdevice *device) {
    *device = 0;
    return depth ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}
CUresult cuCtxSynchronize(void) { return CUDA_SUCCESS; }

/* Memory */

CUresult cuMemAlloc(CUdeviceptr *address, size_t size) {
    if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
    if (used + size > TOTAL) return CUDA_ERROR_OUT_OF_MEMORY;
    size_t aligned = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, body = (aligned + PAGE - 1) / PAGE * PAGE;
    size_t mapped = GUARD + body + GUARD;
    allocation *made = malloc(sizeof *made);
    cell *cells = calloc(size, sizeof *cells);
    char *start = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!made || !cells || start == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
    mprotect(start + GUARD, body, PROT_READ | PROT_WRITE);
    *made = (allocation){emulator_allocations, start, start + GUARD + body - aligned, mapped, size, cells};
    memset(made->data, POISON, aligned);
    emulator_allocations = made;
    emulator_forget();
    used += size;
    *address = (CUdeviceptr)made->data;
    return CUDA_SUCCESS;
}

CUresult cuMemFree(CUdeviceptr address) {
    for (allocation **link = &emulator_allocations; *link; link = &(*link)->next) {
        allocation *item = *link;
        if ((CUdeviceptr)item->data != address) continue;
        *link = item->next;
        used -= item->size;
        munmap(item->start, item->mapped);
        free(item->cells);
        emulator_forget();
        free(item);
        return CUDA_SUCCESS;
    }
    return failed(CUDA_ERROR_ILLEGAL_ADDRESS, "cuMemFree", "this is no allocation");
}
CUresult cuMemGetInfo(size_t *unused, size_t *total) {
    *unused = TOTAL - used;
    *total = TOTAL;
    return CUDA_SUCCESS;
}

/* The allocation in which so many bytes lie. */
static allocation *holder(CUdeviceptr address, size_t size) {
    for (allocation *item = emulator_allocations; item; item = item->next) {
        CUdeviceptr first = (CUdeviceptr)item->data;
        if (address >= first && address + size <= first + item->size) return item;
    }
    return NULL;
}
static CUresult copied(void *target, const void *source, CUdeviceptr on_device, size_t size) {
    if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
    allocation *item = holder(on_device, size);
    if (!item && size) return failed(CUDA_ERROR_ILLEGAL_ADDRESS, "a copy", "not within an allocation");
    memmove(target, source, size);
    if (item && target == (void *)on_device) emulator_filled(item, target, size);
    return CUDA_SUCCESS;
}
CUresult cuMemcpyHtoD(CUdeviceptr target, const void *source, size_t size) {
    return copied((void *)target, source, target, size);
}
CUresult cuMemcpyDtoH(void *target, CUdeviceptr source, size_t size) {
    return copied(target, (const void *)source, source, size);
}
CUresult cuMemcpyDtoD(CUdeviceptr target, CUdeviceptr source, size_t size) {
    if (!holder(source, size)) return failed(CUDA_ERROR_ILLEGAL_ADDRESS, "a copy", "not within an allocation");
    return copied((void *)target, (const void *)source, target, size);
}
CUresult cuMemcpyDtoDAsync(CUdeviceptr target, CUdeviceptr source, size_t size, CUstream stream) {
    return cuMemcpyDtoD(target, source, size);
}
CUresult cuMemsetD8(CUdeviceptr target, unsigned char value, size_t size) {
    allocation *item = holder(target, size);
    if (!item) return failed(CUDA_ERROR_ILLEGAL_ADDRESS, "a fill", "not within an allocation");
    memset((void *)target, value, size);
    emulator_filled(item, (char *)target, size);
    return CUDA_SUCCESS;
}

/* Modules and kernels */

static size_t elf_size(const unsigned char *image) {
    uint64_t sections;
    uint16_t size, number;
    memcpy(&sections, image + 40, sizeof sections);
    memcpy(&size, image + 58, sizeof size);
    memcpy(&number, image + 60, sizeof number);
    return sections + (size_t)size * number; /* the headers of sections come last */
}
CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *options, void **values) {
    if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
    if (memcmp(image, "\177ELF", 4)) return CUDA_ERROR_INVALID_IMAGE;
    char path[64];
    int file = memfd_create("module", 0);
    size_t size = elf_size(image);
    if (write(file, image, size) != (ssize_t)size) return CUDA_ERROR_INVALID_IMAGE;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file); /* stays open: the loader knows a file by its name */
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return CUDA_ERROR_INVALID_IMAGE;
    }
    *module = malloc(sizeof **module);
    (*module)->library = library;
    return CUDA_SUCCESS;
}
CUresult cuModuleLoadData(CUmodule *module, const void *image) { return cuModuleLoadDataEx(module, image, 0, NULL, NULL); }
CUresult cuModuleUnload(CUmodule module) { return CUDA_SUCCESS; }
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    char symbol[256];
    snprintf(symbol, sizeof symbol, "emulated_%s", name);
    CUfunction made = calloc(1, sizeof *made);
    made->launch = (launcher)dlsym(module->library, symbol);
    made->problem = (const char *(*)(void))dlsym(module->library, "emulator_problem");
    snprintf(made->name, sizeof made->name, "%s", name);
    *function = made;
    return made->launch ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}
CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute, CUfunction function) {
    *value = attribute == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK ? 1024 : 0;
    return CUDA_SUCCESS;
}
CUresult cuFuncSetBlockShape(CUfunction function, int x, int y, int z) { return CUDA_SUCCESS; }
CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) { return CUDA_SUCCESS; }
/* A kernel that touches what is not its own ends its launch, not the process. */
static sigjmp_buf outside;
static void touched(int signal) { siglongjmp(outside, 1); }
static CUresult launched(CUfunction function, const unsigned *grid, const unsigned *block, char *packed, unsigned seed) {
    static char stack[1 << 16];
    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack}, before;
    struct sigaction action = {.sa_handler = touched, .sa_flags = SA_ONSTACK | SA_NODEFER}, usual;
    sigaltstack(&own, &before);
    sigaction(SIGSEGV, &action, &usual);
    CUresult result = CUDA_SUCCESS;
    if (sigsetjmp(outside, 1))
        result = failed(CUDA_ERROR_ILLEGAL_ADDRESS, function->name, "touched memory that is not allocated");
    else if (function->launch(grid, block, packed, seed))
        result = failed(CUDA_ERROR_LAUNCH_FAILED, function->name, function->problem());
    sigaction(SIGSEGV, &usual, NULL);
    sigaltstack(&before, NULL);
    return result;
}
CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, CUstream stream, void **operands, void **extra) {
    if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
    if (!extra) return CUDA_ERROR_NOT_SUPPORTED;
    if (!gx || !gy || !gz || gx > MOST_BLOCKS || gy > MOST_BLOCKS_ASIDE || gz > MOST_BLOCKS_ASIDE)
        return failed(CUDA_ERROR_INVALID_VALUE, function->name, "a grid of no blocks, or of too many");
    if (!bx || !by || !bz || bx > MOST_THREADS || by > MOST_THREADS || bz > 64 || (size_t)bx * by * bz > MOST_THREADS)
        return failed(CUDA_ERROR_INVALID_VALUE, function->name, "a block of no threads, or of too many");
    char packed[32764]; /* as much as CUDA takes */
    void *buffer = NULL;
    size_t size = 0;
    for (; *extra != CU_LAUNCH_PARAM_END; extra += 2) {
        if (*extra == CU_LAUNCH_PARAM_BUFFER_POINTER) buffer = extra[1];
        if (*extra == CU_LAUNCH_PARAM_BUFFER_SIZE) size = *(size_t *)extra[1];
    }
    if (size > sizeof packed) return failed(CUDA_ERROR_INVALID_VALUE, function->name, "too many parameters");
    memcpy(packed, buffer, size);
    const char *seed = getenv("EMULATED_ORDER");
    return launched(function, (unsigned[]){gx, gy, gz}, (unsigned[]){bx, by, bz}, packed, seed ? (unsigned)atoi(seed) : 0);
}

/* Streams and events: everything has run when it is asked for */

CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
    *stream = malloc(8);
    return CUDA_SUCCESS;
}
CUresult cuStreamDestroy(CUstream stream) { return CUDA_SUCCESS; }
CUresult cuStreamSynchronize(CUstream stream) { return CUDA_SUCCESS; }
CUresult cuStreamQuery(CUstream stream) { return CUDA_SUCCESS; }
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) { return CUDA_SUCCESS; }
CUresult cuEventCreate(CUevent *event, unsigned flags) {
    *event = calloc(1, sizeof **event);
    return CUDA_SUCCESS;
}
CUresult cuEventDestroy(CUevent event) {
    free(event);
    return CUDA_SUCCESS;
}
CUresult cuEventRecord(CUevent event, CUstream stream) {
    clock_gettime(CLOCK_MONOTONIC, &event->time);
    return CUDA_SUCCESS;
}
CUresult cuEventSynchronize(CUevent event) { return CUDA_SUCCESS; }
CUresult cuEventQuery(CUevent event) { return CUDA_SUCCESS; }
CUresult cuEventElapsedTime(float *milliseconds, CUevent before, CUevent after) {
    *milliseconds = (float)((after->time.tv_sec - before->time.tv_sec) * 1e3 +
                            (after->time.tv_nsec - before->time.tv_nsec) * 1e-6);
    return CUDA_SUCCESS;
}
