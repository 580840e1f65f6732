#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RING_MAX_ORDER 20u

struct ring {
    size_t mask;
    size_t item_size;
    _Atomic(size_t) head;
    _Atomic(size_t) tail;
    unsigned char *slots;
};

static inline void *slot_at(struct ring *r, size_t index)
{
    return r->slots + (index & r->mask) * r->item_size;
}

int ring_init(struct ring *r, unsigned order, size_t item_size)
{
    if (r == NULL || order > RING_MAX_ORDER || item_size == 0)
        return -1;
    memset(r, 0, sizeof(*r));
    r->slots = calloc((size_t)1 << order, item_size);
    if (!r->slots)
        return -1;
    r->mask = ((size_t)1 << order) - 1;
    r->item_size = item_size;
    return 0;
}

bool ring_push(struct ring *r, const void *item)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);

    if (head - tail > r->mask)
        return false; /* full */
    memcpy(slot_at(r, head), item, r->item_size);
    atomic_store_explicit(&r->head, head + 1, memory_order_release);
    return true;
}

uint32_t checksum(const uint8_t *data, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; ++i) {
        a = (a + data[i]) % 65521u;
        b = (b + a) % 65521u;
    }
    return (b << 16) | a;
}
