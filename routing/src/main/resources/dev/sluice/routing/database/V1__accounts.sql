-- SPDX-License-Identifier: Apache-2.0
-- Who may call, on what terms, within which quotas, and what was used.
--
-- Rows that the admin API changes carry a version, which grows by one with each change: whoever changes a row names the version
-- it saw. No table holds a key, only its HMAC-SHA-256 under a pepper that is kept elsewhere.

CREATE TABLE organisations (
  id text PRIMARY KEY,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE accounts (
  id text PRIMARY KEY,
  name text NOT NULL DEFAULT '',
  organisation text REFERENCES organisations (id),
  team text,
  account_type text,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  time_zone text NOT NULL DEFAULT 'UTC',
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX accounts_organisation ON accounts (organisation);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  fingerprint bytea NOT NULL UNIQUE CHECK (octet_length(fingerprint) = 32),
  prefix text NOT NULL DEFAULT '',
  account text NOT NULL REFERENCES accounts (id),
  environment text,
  tier text,
  workload_tag text,
  level smallint CHECK (level BETWEEN 0 AND 99),
  weight double precision CHECK (weight > 0),
  tokens_per_second bigint CHECK (tokens_per_second >= 1),
  requests_per_second integer CHECK (requests_per_second >= 1),
  models text[] NOT NULL DEFAULT '{}',
  providers text[] NOT NULL DEFAULT '{}',
  expires_at timestamptz,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'revoked')),
  description text NOT NULL DEFAULT '',
  rotated_from text REFERENCES api_keys (id),
  revoked_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_account ON api_keys (account);
CREATE INDEX api_keys_updated ON api_keys (updated_at);

CREATE TABLE routing_rules (
  id text PRIMARY KEY,
  priority_order integer NOT NULL,
  match_tier text,
  match_environment text,
  match_account_type text,
  match_workload_tag text,
  match_key text,
  match_key_kind text CHECK (match_key_kind IN ('exact', 'prefix', 'suffix', 'contains', 'regex')),
  level smallint CHECK (level BETWEEN 0 AND 99),
  weight double precision CHECK (weight > 0),
  tokens_per_second bigint CHECK (tokens_per_second >= 1),
  requests_per_second integer CHECK (requests_per_second >= 1),
  max_depth integer CHECK (max_depth >= 0),
  max_wait_ms integer CHECK (max_wait_ms >= 0),
  quota_multiplier numeric(12, 6) CHECK (quota_multiplier > 0),
  enabled boolean NOT NULL DEFAULT true,
  description text NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((match_key IS NULL) = (match_key_kind IS NULL))
);
CREATE INDEX routing_rules_order ON routing_rules (priority_order, id);

CREATE TABLE quotas (
  id text PRIMARY KEY,
  scope text NOT NULL CHECK (scope IN ('organisation', 'team', 'environment', 'account', 'key')),
  subject text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('hard', 'soft', 'reserved', 'burstable')),
  unit text NOT NULL CHECK (unit IN ('tokens', 'requests', 'money')),
  amount numeric(24, 6) NOT NULL CHECK (amount >= 0),
  calendar text NOT NULL DEFAULT 'month' CHECK (calendar IN ('hour', 'day', 'week', 'month')),
  time_zone text NOT NULL DEFAULT 'UTC',
  reset_day smallint NOT NULL DEFAULT 1 CHECK (reset_day BETWEEN 1 AND 28),
  alert_percents smallint[] NOT NULL DEFAULT '{80,90,100}',
  alert_webhook text,
  enabled boolean NOT NULL DEFAULT true,
  description text NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quotas_subject ON quotas (scope, subject);

CREATE TABLE time_windows (
  id text PRIMARY KEY,
  rule jsonb NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  description text NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- One row for each settled lease. The key makes a repeated batch harmless.
CREATE TABLE usage (
  lease text NOT NULL,
  at timestamptz NOT NULL,
  key_id text NOT NULL,
  account text NOT NULL,
  organisation text,
  team text,
  environment text,
  model text NOT NULL,
  provider text NOT NULL,
  lane smallint NOT NULL,
  input_tokens bigint NOT NULL,
  cached_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL,
  requests integer NOT NULL DEFAULT 1,
  cost numeric(24, 9),
  waited_ms bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (lease, at)
) PARTITION BY RANGE (at);
CREATE INDEX usage_account ON usage (account, at);
CREATE TABLE usage_other PARTITION OF usage DEFAULT;

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb
);
CREATE INDEX audit_subject ON audit (kind, subject, id);
