import { expect, test } from "vitest";
import { personOf, readInteraction, writtenIn } from "#src/discord/payload.ts";

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
    channel: "6",
    guild: "5",
  });
  expect(person({ user: { id: "12" } })).toMatchObject({ id: "12", roles: [], guild: undefined });
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
