import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** Everything of ours in Redis begins so. */
export const PREFIX = "mulu:";

export type Script = { text: string; sha: string };

/**
 * Steps that must happen at once are scripts, which Redis runs one at a time. Keys (all under the prefix):
 * `try:<id>` one try as a hash; `active:<person>` ids of a person that have not ended; `person:<person>` all ids that are
 * kept of a person; `waiting` the whole queue; `order:<model>` the queue of a model; `running` when each running try was last
 * heard of; `deadlines` when each must have ended; `unshown` ended, but the last word is still to be shown.
 */
const HEAD = `
local P = '${PREFIX}'
local function try(id) return P .. 'try:' .. id end
local function keep(key, ms) if redis.call('PTTL', key) < tonumber(ms) then redis.call('PEXPIRE', key, ms) end end
local function later() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
local function leaveQueues(id, model)
  redis.call('ZREM', P .. 'waiting', id)
  redis.call('ZREM', P .. 'running', id)
  redis.call('ZREM', P .. 'order:' .. (model or ''), id)
end
`;

const script = (body: string): Script => {
  const text = HEAD + body;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
};

/** ARGV: id, person, model, most in the queue, ms to keep. Answers `ok`, `person` or `full`. */
export const ADMIT = script(`
local id, person, model, most, ms = unpack(ARGV)
local theirs = 0
for _, other in ipairs(redis.call('SMEMBERS', P .. 'active:' .. person)) do
  local state = redis.call('HGET', try(other), 'state')
  if not state or state == 'ended' then redis.call('SREM', P .. 'active:' .. person, other) else theirs = theirs + 1 end
end
if theirs >= 2 then return 'person' end
if redis.call('ZCARD', P .. 'waiting') >= tonumber(most) then return 'full' end
redis.call('HSET', try(id), 'state', 'reserved', 'person', person, 'model', model)
redis.call('PEXPIRE', try(id), 60000)
redis.call('SADD', P .. 'active:' .. person, id)
redis.call('ZADD', P .. 'waiting', later(), id)
keep(P .. 'active:' .. person, ms)
keep(P .. 'waiting', ms)
return 'ok'`);

/** ARGV: id, person, model. Takes an admission back. */
export const WITHDRAW = script(`
local id, person, model = unpack(ARGV)
redis.call('DEL', try(id))
redis.call('SREM', P .. 'active:' .. person, id)
redis.call('ZREM', P .. 'person:' .. person, id)
redis.call('ZREM', P .. 'deadlines', id)
leaveQueues(id, model)`);

/** ARGV: id, ms. Takes an id out of every index whose try is gone, or was admitted so long ago and never begun. */
export const DROP = script(`
local id, ms = unpack(ARGV)
local state, person, model = unpack(redis.call('HMGET', try(id), 'state', 'person', 'model'))
if state == 'reserved' and (tonumber(redis.call('ZSCORE', P .. 'waiting', id)) or 0) < later() - ms * 1000 then
  redis.call('DEL', try(id))
  redis.call('SREM', P .. 'active:' .. person, id)
elseif state then return end
leaveQueues(id, model)
redis.call('ZREM', P .. 'deadlines', id)
redis.call('ZREM', P .. 'unshown', id)`);

/** ARGV: id, person, model, the try, who shows it, deadline or '', ms to keep. */
export const BEGIN = script(`
local id, person, model, data, holder, deadline, ms = unpack(ARGV)
redis.call('HSET', try(id), 'state', 'waiting', 'person', person, 'model', model, 'data', data, 'holder', holder,
  'run', 0, 'crashes', 0, 'answer', '', 'thinking', '')
redis.call('PEXPIRE', try(id), ms)
redis.call('SADD', P .. 'active:' .. person, id)
redis.call('ZADD', P .. 'person:' .. person, later(), id)
redis.call('ZREMRANGEBYSCORE', P .. 'person:' .. person, 0, later() - ms * 1000)
redis.call('ZADD', P .. 'waiting', later(), id)
redis.call('ZADD', P .. 'order:' .. model, later(), id)
if deadline ~= '' then redis.call('ZADD', P .. 'deadlines', deadline, id) keep(P .. 'deadlines', ms) end
for _, key in ipairs({ 'active:' .. person, 'person:' .. person, 'waiting', 'order:' .. model }) do keep(P .. key, ms) end
redis.call('PUBLISH', P .. 'changes', model)`);

/** ARGV: id, now, ms to keep, most crashes. Answers what a worker is to do with the try, and what it needs for that. */
export const START = script(`
local id, now, ms, most = unpack(ARGV)
local state, person, model, cancel = unpack(redis.call('HMGET', try(id), 'state', 'person', 'model', 'cancel'))
if not state or state == 'reserved' or state == 'ended' then return { 'gone' } end
if cancel then return { 'cancelled', cancel } end
for _, other in ipairs(redis.call('SMEMBERS', P .. 'active:' .. person)) do
  if other ~= id and redis.call('HGET', try(other), 'state') == 'running' then return { 'busy' } end
end
if state == 'running' and redis.call('HINCRBY', try(id), 'crashes', 1) > tonumber(most) then return { 'exhausted' } end
local run = redis.call('HINCRBY', try(id), 'run', 1)
redis.call('HSET', try(id), 'state', 'running')
leaveQueues(id, model)
redis.call('ZADD', P .. 'running', now, id)
keep(P .. 'running', ms)
redis.call('PUBLISH', P .. 'changes', model)
return { 'run', tostring(run), redis.call('HGET', try(id), 'data'), redis.call('HGET', try(id), 'holder') }`);

/** ARGV: now, then id and run of each. Answers for each `mine`, `lost`, `vanished` or the reason of a cancel. */
export const BEAT = script(`
local answers = {}
for at = 2, #ARGV, 2 do
  local id, run = ARGV[at], ARGV[at + 1]
  local state, current, cancel = unpack(redis.call('HMGET', try(id), 'state', 'run', 'cancel'))
  if not state then answers[#answers + 1] = 'vanished'
  elseif state ~= 'running' or current ~= run then answers[#answers + 1] = 'lost'
  else
    redis.call('ZADD', P .. 'running', ARGV[1], id)
    answers[#answers + 1] = cancel or 'mine'
  end
end
return answers`);

/** ARGV: id, run, answer, thinking. */
export const SAVE = script(`
local id, run, answer, thinking = unpack(ARGV)
local state, current = unpack(redis.call('HMGET', try(id), 'state', 'run'))
if state == 'running' and current == run then redis.call('HSET', try(id), 'answer', answer, 'thinking', thinking) end`);

/**
 * ARGV: id, the run that ends it or '' for somebody else, the state it must be in or '', how it ended, answer, thinking, now.
 * Answers `ok`, `lost`, `ended` or `vanished`; only who gets `ok` has ended it.
 */
export const END = script(`
local id, run, only, progress, answer, thinking, now = unpack(ARGV)
local state, current, person, model = unpack(redis.call('HMGET', try(id), 'state', 'run', 'person', 'model'))
if not state then return 'vanished' end
if state == 'ended' then return 'ended' end
if (run ~= '' and (state ~= 'running' or current ~= run)) or (only ~= '' and state ~= only) then return 'lost' end
redis.call('HSET', try(id), 'state', 'ended', 'progress', progress, 'answer', answer, 'thinking', thinking)
redis.call('SREM', P .. 'active:' .. person, id)
leaveQueues(id, model)
redis.call('ZREM', P .. 'deadlines', id)
redis.call('ZADD', P .. 'unshown', now, id)
keep(P .. 'unshown', redis.call('PTTL', try(id)))
redis.call('PUBLISH', P .. 'changes', model)
return 'ok'`);

/** ARGV: id, reason. Answers the state it was in; a running one is told to its worker. */
export const CANCEL = script(`
local id, reason = unpack(ARGV)
local state = redis.call('HGET', try(id), 'state')
if state == 'running' or state == 'waiting' then redis.call('HSETNX', try(id), 'cancel', reason) end
if state == 'running' then redis.call('PUBLISH', P .. 'cancels', id .. ' ' .. reason) end
return state or 'vanished'`);

/** ARGV: id, run. Puts a try back to the front of the queue. */
export const HAND_BACK = script(`
local id, run = unpack(ARGV)
local state, current, model = unpack(redis.call('HMGET', try(id), 'state', 'run', 'model'))
if state ~= 'running' or current ~= run then return 'lost' end
redis.call('HSET', try(id), 'state', 'waiting')
redis.call('ZREM', P .. 'running', id)
local ms = redis.call('PTTL', try(id))
for _, key in ipairs({ 'waiting', 'order:' .. model }) do
  redis.call('ZADD', P .. key, 0, id)
  keep(P .. key, ms)
end
redis.call('PUBLISH', P .. 'changes', model)
return 'ok'`);

/** ARGV: id, the try without its token. */
export const SHOWN = script(`
redis.call('ZREM', P .. 'unshown', ARGV[1])
if redis.call('EXISTS', try(ARGV[1])) == 1 then redis.call('HSET', try(ARGV[1]), 'data', ARGV[2]) end`);

/** ARGV: person, then ids. Deletes all that is kept; answers how many tries that were. */
export const FORGET = script(`
local person, count = ARGV[1], 0
for at = 2, #ARGV do
  local id = ARGV[at]
  leaveQueues(id, redis.call('HGET', try(id), 'model'))
  redis.call('ZREM', P .. 'deadlines', id)
  redis.call('ZREM', P .. 'unshown', id)
  redis.call('PUBLISH', P .. 'cancels', id .. ' stopped')
  count = count + redis.call('DEL', try(id))
end
redis.call('DEL', P .. 'active:' .. person, P .. 'person:' .. person)
return count`);

/** ARGV: ids. Answers state, place in the queue of its model (from 0) or -1, and how it ended, for each. */
export const SNAPSHOTS = script(`
local answers = {}
for _, id in ipairs(ARGV) do
  local state, model, progress = unpack(redis.call('HMGET', try(id), 'state', 'model', 'progress'))
  local place = state == 'waiting' and redis.call('ZRANK', P .. 'order:' .. model, id) or false
  answers[#answers + 1] = { state or 'vanished', place and tostring(place) or '-1', progress or '' }
end
return answers`);

/** ARGV: lock, holder. */
export const UNLOCK = script(`
if redis.call('GET', P .. 'lock:' .. ARGV[1]) == ARGV[2] then redis.call('DEL', P .. 'lock:' .. ARGV[1]) end`);

/** ARGV: lock, holder, ms. Holds a lock for longer. */
export const RELOCK = script(`
local lock, holder, ms = P .. 'lock:' .. ARGV[1], ARGV[2], ARGV[3]
if redis.call('GET', lock) == holder then redis.call('PEXPIRE', lock, ms) end`);

/** Runs a script, which Redis keeps from the first time on. */
export async function evaluate(
  redis: Redis,
  { text, sha }: Script,
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, 0, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return await redis.eval(text, 0, ...args);
  }
}
