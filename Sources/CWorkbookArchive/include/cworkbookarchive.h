#pragma once

/* How the parts of a workbook become a file: libxlsxwriter's temporary files and its zip functions, replaced. */

/* Whether memory ended while a part of a workbook was written, which libxlsxwriter does not tell. */
int bw_workbook_part_was_lost(void);

/* What went wrong, as in errno, with the archive that the calling thread has closed last; 0 when nothing did. */
int bw_workbook_archive_error(void);
