/* What the emulated driver and the record of accesses share. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Who last wrote and who last read a byte. A stamp is a number that grows with each launch, block and barrier. */
typedef struct cell {
    uint32_t written, read;       /* stamps; 0 is never, 1 is before every launch */
    uint16_t writer, reader;      /* threads of a block */
    uint16_t write_turn, read_turn; /* operations that their warp had carried out */
    uint8_t atomic;               /* whether the last write was */
    uint8_t others;               /* whether other blocks of the launch have read it too */
} cell;

typedef struct allocation {
    struct allocation *next;
    char *start, *data;
    size_t mapped, size;
    cell *cells;
} allocation;

extern allocation *emulator_allocations;
void emulator_forget(void);                            /* an allocation came or went */
void emulator_filled(allocation *item, char *at, size_t size); /* bytes have a value now */
