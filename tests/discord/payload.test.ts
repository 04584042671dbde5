import { expect, test } from "vitest";
import { chosenMessageOf, personOf, readInteraction, typedIn, writtenIn } from "#src/discord/payload.ts";

const ids = { id: "1", application_id: "2", token: "t" };
const command = (more: object) => readInteraction({ ...ids, type: 2, data: { name: "models" }, ...more });
const person = (more: object, admins: Partial<{ users: string[]; roles: string[] }> = {}) => {
  const interaction = command(more);
  return interaction && personOf(interaction, { users: [], roles: [], ...admins });
};

test("who acts is the member in a server, and the user elsewhere", () => {
  const both = { member: { user: { id: "11" }, roles: ["7"], permissions: "0" }, user: { id: "12" }, guild_id: "5" };
  expect(person({ ...both, channel_id: "6" })).toEqual({
    id: "11",
    admin: false,
    moderator: false,
    roles: ["7"],
    channels: ["6"],
    guild: "5",
  });
  expect(person({ user: { id: "12" } })).toMatchObject({ id: "12", roles: [], guild: undefined });
});

test.each([
  ["a thread follows its channel", 11, ["6", "5"]],
  ["a private thread likewise", 12, ["6", "5"]],
  ["a thread of announcements likewise", 10, ["6", "5"]],
  ["the parent of every other channel is a category, which counts for nothing", 0, ["6"]],
])("%s", (_what, type, channels) => {
  expect(person({ channel_id: "6", channel: { id: "6", type, parent_id: "5" } })?.channels).toEqual(channels);
});

test("a channel that cannot be read costs no more than its parent", () => {
  expect(person({ channel_id: "6", channel: { id: "6", parent_id: "5" } })?.channels).toEqual(["6"]);
});

test("a sub-command belongs to the name", () => {
  const options = [{ type: 1, name: "block", options: [{ type: 6, name: "user", value: "7" }] }];
  const read = command({ data: { name: "admin", options } });
  expect(read?.type === 2 && typedIn(read)).toEqual({ path: "admin block", options: [{ name: "user", value: "7" }] });
});

test.each([
  ["of the application", { author: { id: "3" }, application_id: "2" }, true],
  ["of the bot's user", { author: { id: "2" } }, true],
  ["of another bot", { author: { id: "3" }, application_id: "4" }, false],
])("a message %s that somebody chose", (_what, more, isOurs) => {
  const components = [{ type: 17, components: [{ type: 1, components: [{ type: 2, custom_id: "try:again:x" }] }] }];
  const messages = {
    "9": { id: "9", channel_id: "6", interaction_metadata: { user: { id: "11" } }, components, ...more },
  };
  const read = command({ data: { type: 3, name: "x", target_id: "9", resolved: { messages } }, guild_id: "5" });
  expect(read?.type === 2 && chosenMessageOf(read)).toEqual({
    id: "9",
    channel: "6",
    guild: "5",
    isOurs,
    owner: "11",
    customIds: ["try:again:x"],
  });
});

test("administrators are named by their own id or by a role of theirs", () => {
  const member = { member: { user: { id: "11" }, roles: ["7", "8"] } };
  expect(person(member, { users: ["11"] })?.admin).toBe(true);
  expect(person(member, { roles: ["9", "8"] })?.admin).toBe(true);
  expect(person(member, { users: ["7"], roles: ["11"] })?.admin).toBe(false);
});

test.each([
  ["8192", true],
  ["8193", true],
  ["16384", false],
  ["8191", false],
  // More bits than a number holds exactly.
  ["1125899906850816", true],
  ["1125899906842624", false],
])("permissions %s: may manage messages %s", (permissions, moderator) => {
  expect(person({ member: { user: { id: "11" }, permissions } })?.moderator).toBe(moderator);
});

test.each([
  ["an unknown kind", { ...ids, type: 9, data: {} }],
  ["an id that is none", { ...ids, id: "../1", type: 2, data: { name: "models" } }],
  ["an id that is too long", { ...ids, id: "1".repeat(21), type: 2, data: { name: "models" } }],
  ["no token", { ...ids, token: "", type: 2, data: { name: "models" } }],
  ["nothing", undefined],
])("%s is not served", (_what, payload) => {
  expect(readInteraction(payload)).toBeUndefined();
});

test("what a person wrote is read in whatever it is wrapped", () => {
  const fields = [{ component: { value: "a" } }, { components: [{ value: "b" }, { value: "c" }] }];
  const modal = readInteraction({ ...ids, type: 5, data: { custom_id: "x", components: fields } });
  expect(modal?.type === 5 && writtenIn(modal)).toEqual(["a", "b", "c"]);
});
