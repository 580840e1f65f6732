// SPDX-License-Identifier: Apache-2.0
/** Where log lines go. APISIX repeats a runner's standard output in pieces at WARN, so the log is a file of our own. */
@NullMarked
package dev.sluice.plugin.log;

import org.jspecify.annotations.NullMarked;
