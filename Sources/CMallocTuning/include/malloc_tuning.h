#pragma once

/// Keeps freed memory in the process instead of giving it back to the system after every workbook. Call it once.
void billwright_tune_malloc(void);
