// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

/**
 * One header line of an answer. Immutable.
 *
 * @param name lower case
 * @param value printable ASCII
 */
public record Header(String name, String value) {}
