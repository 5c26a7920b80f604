/* base.h: the front door of base/, the ground floor: memory, text, tables, numbers, time, failures and the
 * port to the outside world. It knows nothing of hospitals or of FHIR.
 */
#ifndef LIMEN_BASE_H
#define LIMEN_BASE_H

#include "base/banned.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/calendar.h"
#include "base/collate.h"
#include "base/decimal.h"
#include "base/digest.h"
#include "base/issue.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vector.h"
#include "base/world.h"

#endif
