// SPDX-License-Identifier: Apache-2.0
/**
 * A stand-in for Apache APISIX, for tests and the demo only. It claims nothing else: it is no product, it has one worker,
 * and it does what APISIX 3.18 does with the objects and plugins that this project's routes use, refusing all others.
 *
 * <p>How a request travels: {@link dev.sluice.t.gateway.ClientConnection} reads it whole and hands it to an
 * {@link dev.sluice.t.gateway.Exchange}, which finds the route and runs its plugins in APISIX's order. {@code
 * ext-plugin-pre-req} asks the runner through {@link dev.sluice.t.gateway.RunnerLink}; {@code traffic-split} chooses the
 * upstream; {@link dev.sluice.t.gateway.UpstreamCall} carries the request there and streams the answer back; at the end
 * {@link dev.sluice.t.gateway.EventSender} posts what {@code http-logger} would. All of it runs on one event loop, APISIX's
 * single worker, so nothing here takes a lock.
 *
 * <p>Behaviour of APISIX that is reproduced, by the numbers of the project's gateway notes:
 *
 * <ol>
 *   <li>A request header set by the runner is seen by {@code traffic-split}; the upstream it names carries the request.
 *   <li>Response headers set by the runner reach the client on every later outcome; a header entry without value deletes
 *       the request header; a new body gets its {@code Content-Length}.
 *   <li>Response headers are readable in the log phase as {@code $sent_http_*}; several of one name are joined by a comma.
 *       {@code $http_*} matches both {@code X-Foo} and {@code X_Foo}.
 *   <li>A client that leaves while the runner holds its call closes the runner's socket at once; the event says 499 and
 *       has no lease.
 *   <li>{@code http-logger}: one POST an event with a batch of one, else arrays; a stream is passed on unbuffered; an abort
 *       in mid-stream is told at once with an empty completion and body; the head of the body is kept; refused POSTs are
 *       tried again as configured; every POST has its own connection and a path with a question mark. After a request
 *       with a body on a connection that is to be closed, the event waits for the client to close it, 5 s at most.
 *   <li>Requests that the runner stopped, or that were refused before it, produce an event too.
 *   <li>JSON types: status and times are numbers, the other variables strings, absent variables absent keys.
 *   <li>PREPARE_CONF on a connection of its own, one at a time, under an idempotent key with the configuration's version.
 *   <li>One call at a time on a connection, 32 idle ones pooled for 180 s; the id in the answer is not looked at.
 *   <li>Receive timeout 60 s; a runner that is down means 503 at once.
 *   <li>No body, no result; a frame above 2^24-1 bytes means 503 without asking.
 *   <li>Header names go to the runner in lower case, repeated ones as separate entries, at most 100.
 *   <li>{@code _meta.priority} moves {@code ext-plugin-pre-req} behind {@code key-auth}, which sets {@code consumer_name}.
 * </ol>
 *
 * <p>Not reproduced: HTTP/2, TLS, retries, health checks, {@code ext-plugin-post-resp}, a runner started by {@code
 * ext-plugin.cmd}, and the cost of a real worker. Linux only (epoll).
 */
@NullMarked
package dev.sluice.t.gateway;

import org.jspecify.annotations.NullMarked;
