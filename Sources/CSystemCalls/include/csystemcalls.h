#pragma once

/* Calls of Linux and glibc that Swift's Glibc module does not show. */

/* Two names of one file system change places in one step. */
int bw_exchange(const char *a, const char *b);

/* Flushes the file system that holds the open file, and says whether anything could not be written. */
int bw_flush_file_system(int descriptor);

/* Keeps freed memory in the process instead of giving it back to the system after every workbook. Call it once. */
void bw_tune_malloc(void);
