// SPDX-License-Identifier: Apache-2.0
/**
 * Buckets: lanes with a guaranteed rate each, that add up to the pool's capacity.
 *
 * <p>A {@link dev.sluice.scheduler.bucket.BucketRange} says which bucket a request of some priority belongs to, {@link
 * dev.sluice.scheduler.bucket.Distribution} how the pool's tokens per second are dealt out, and {@link
 * dev.sluice.scheduler.bucket.Buckets} is the ledger beside the providers' accounts: a request starts when a provider has what it
 * needs and a bucket pays for it. A bucket pays for its own requests (its <em>owners</em>) and, where the rules allow, for those of worse buckets
 * (<em>upgraded</em> requests) while no owner waits for it.
 *
 * <p>All of it is bookkeeping: a request that runs is never stopped. When an owner comes to a bucket that was spent on upgraded
 * requests, these are charged to their own buckets instead, as far as is needed; those may go into debt by it, which they pay off
 * before they pay for anything else. The same happens to a request that runs upgraded for longer than a minute.
 */
@NullMarked
package dev.sluice.scheduler.bucket;

import org.jspecify.annotations.NullMarked;
