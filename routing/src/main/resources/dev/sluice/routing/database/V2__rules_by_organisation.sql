-- SPDX-License-Identifier: Apache-2.0
-- Rules may ask for an organisation or a team, as those of the configuration do.
ALTER TABLE routing_rules
  ADD COLUMN match_organisation text,
  ADD COLUMN match_team text;

-- Nodes read what was changed since a moment ago: a key also changes with its account and organisation.
CREATE INDEX accounts_updated ON accounts (updated_at);
CREATE INDEX organisations_updated ON organisations (updated_at);
