// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.net.URI;
import java.time.Duration;

/**
 * How a provider is asked whether it is there, without a request of a caller: by GET, whose status 2xx means yes. Immutable.
 *
 * @param uri http or https, as the operator wrote it
 * @param interval between probes, about
 * @param timeout after which it counts as failed
 * @param failures in a row after which nothing is sent to the provider
 */
public record Probe(URI uri, Duration interval, Duration timeout, int failures) {}
