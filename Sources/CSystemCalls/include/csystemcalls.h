#pragma once

/* Linux calls that Swift's Glibc module does not show. Each returns 0, or -1 with errno set. */

/* Two names of one file system change places in one step. */
int bw_exchange(const char *a, const char *b);

/* Flushes the file system that holds the open file, and says whether anything could not be written. */
int bw_flush_file_system(int descriptor);
