// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import java.util.Optional;

/**
 * A request to one of our own ports. Immutable; the array is not copied and must not be changed.
 *
 * @param method upper case
 * @param path without the query
 * @param query without the question mark; empty if none
 * @param authorization the Authorization header; empty if absent or repeated
 * @param body whole; empty if none
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, copied never: bodies reach 32 MiB
public record HttpCall(String method, String path, String query, Optional<String> authorization, byte[] body) {}
