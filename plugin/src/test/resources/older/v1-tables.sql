-- Tables as the older gateway describes them, with what an installation may have in them.
CREATE TABLE account_quotas (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), account_id text NOT NULL, team_id text, environment text, quota_type text NOT NULL,
  limit_dimension text NOT NULL, limit_value bigint NOT NULL, allow_borrow boolean DEFAULT false, max_borrow_pct numeric DEFAULT 0,
  window_type text DEFAULT 'monthly', window_start timestamptz DEFAULT now(), window_end timestamptz, used_value bigint DEFAULT 0,
  alert_at_pct numeric(3, 2) DEFAULT 0.80, alert_webhook_url text, description text, enabled boolean DEFAULT true, deleted_at timestamptz);
CREATE TABLE api_key_priority_mappings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), pattern text NOT NULL UNIQUE, priority int NOT NULL, match_type text NOT NULL,
  enabled boolean DEFAULT true, deleted_at timestamptz);
INSERT INTO account_quotas (account_id, team_id, quota_type, limit_dimension, limit_value, window_type, alert_at_pct, enabled, deleted_at) VALUES
  ('acme', NULL, 'hard', 'tokens_per_month', 10000000, 'monthly', 0.80, true, NULL),
  ('acme', 'search', 'soft', 'tokens_per_day', 500000, 'daily', 0.75, true, NULL),
  ('acme', NULL, 'hard', 'usd_per_month', 500, 'monthly', 0.90, true, NULL),
  ('acme', NULL, 'hard', 'rpm', 600, 'hourly', 0.80, true, NULL),
  ('beta', NULL, 'hard', 'tokens_per_day', 5, 'daily', 0.80, false, NULL),
  ('gone', NULL, 'hard', 'tokens_per_day', 5, 'daily', 0.80, true, now());
INSERT INTO api_key_priority_mappings (pattern, priority, match_type, enabled) VALUES
  ('tgk-internal-*', 0, 'prefix', true), ('^tgk-.*-batch$', 9, 'regex', true), ('tgk-this-is-a-key', 1, 'exact', true), ('*-off', 3, 'suffix', false);
