import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/**
 * Everything of ours in Redis begins so. The number is the version of what is kept: processes of another one do not see it,
 * so that old and new ones can run beside each other.
 */
export const PREFIX = "mulu:2:";

type Script = { text: string; sha: string };
const script = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") });

// A Redis without memory lets a script go on that has written anything: what it must refuse comes first.

/** KEYS: what is written. ARGV: ms to keep it. Whether scripts can run and write. */
export const PROBE = script("redis.call('SET', KEYS[1], '', 'PX', ARGV[1])");

/**
 * KEYS: person, open, models. ARGV: id, most, ms of a reservation, ms to keep the person, prefix of the queues. Answers `ok`,
 * `person` or `full`. Which models run something is known to Redis alone, hence the keys that are not declared.
 */
export const ADMIT = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZCOUNT', KEYS[1], now, '+inf') >= 2 then return 'person' end
local waiting, most = redis.call('ZCARD', KEYS[2]), tonumber(ARGV[2])
if waiting >= most then
  for _, queue in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    waiting = waiting - redis.call('LLEN', ARGV[5] .. queue .. ':active')
  end
  if waiting >= most then return 'full' end
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return 'ok'`);

/**
 * KEYS: lock, job, active and stalled of BullMQ, open, the try. ARGV: job, id, token, ms. Takes a lock again that ran out while
 * nobody else took the job; 1 as well where Redis has lost all there was of the try, so that nobody else can have it.
 */
export const RETAKE = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('LPOS', KEYS[3], ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  redis.call('SREM', KEYS[4], ARGV[1])
  return 1
end
local isKnown = redis.call('EXISTS', KEYS[2], KEYS[6]) > 0 or redis.call('ZSCORE', KEYS[5], ARGV[2])
return isKnown and 0 or 1`);

/** KEYS: the try. ARGV: `open` for a try that has not ended or `any`, HSET or HSETNX, field, value, … Answers `editing`. */
export const UPDATE = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended', 'editing')
if found.err or not (found[1] or found[2]) or (ARGV[1] == 'open' and found[2]) then return false end
redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
return found[3]`);

/** KEYS: the try. ARGV: until when it is edited. Answers 1 where it waits. */
export const EDIT = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended')
if found.err or found[1] ~= '0' or found[2] then return 0 end
redis.call('HSET', KEYS[1], 'editing', ARGV[1])
return 1`);

/**
 * KEYS: the try, whether it was forgotten, the person's. ARGV: id, ms to keep, until when that is, then fields and values.
 * Answers `ended`, or `ok` and until when somebody is editing the message.
 */
export const END = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended', 'editing')
if not found.err and found[2] then return { 'ended' } end
local isKept = not found.err and found[1]
if not isKept then
  local forgotten = redis.call('GET', KEYS[2])
  if forgotten == 'ended' then return { 'ended' } end
  if forgotten then
    redis.call('SET', KEYS[2], 'ended', 'KEEPTTL')
    return { 'ok' }
  end
  redis.call('DEL', KEYS[1])
  if KEYS[3] then
    redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
    redis.call('PEXPIRE', KEYS[3], ARGV[2])
  end
end
redis.call('HSET', KEYS[1], 'ended', 1, unpack(ARGV, 4))
if not isKept then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { 'ok', isKept and found[3] }`);

/** Runs a script, which Redis keeps from the first time on. */
export async function evaluate(
  redis: Redis,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return await redis.eval(text, keys.length, ...keys, ...args);
  }
}
