-- SPDX-License-Identifier: Apache-2.0
-- Counts a node's signs of life, and begins a generation of data where there is none, or where signs are missing that Redis had acknowledged.
--
-- KEYS  1 generation, 2 signs of life of the node
-- ARGV  1 the generation that the node knows, '' for none, 2 the signs it has had acknowledged, 3 a name for a generation that begins empty,
--       4 one for a generation over data of which a part survived, 5 ms that signs are kept
-- Reply {generation, signs of life}
local now = redis.call('GET', KEYS[1])
if not now then
  now = ARGV[3]
  redis.call('SET', KEYS[1], now)
end
local signs = redis.call('INCR', KEYS[2])
if now == ARGV[1] and signs <= tonumber(ARGV[2]) then
  now = ARGV[4]
  redis.call('SET', KEYS[1], now)
end
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {now, signs}
