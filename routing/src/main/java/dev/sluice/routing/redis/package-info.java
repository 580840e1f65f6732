// SPDX-License-Identifier: Apache-2.0
/**
 * Redis: connections to it, the cache of keys that nodes share, and the bus on which they tell each other of changes.
 *
 * <p>A key's entry is named by its fingerprint and holds one letter and, of a key that exists, its entitlement; never the key. {@link
 * dev.sluice.routing.redis.RedisLink} owns the connections, {@link dev.sluice.routing.redis.RedisKeys} what is done with keys.
 */
@NullMarked
package dev.sluice.routing.redis;

import org.jspecify.annotations.NullMarked;
