import { z } from "zod";
import { code, plain } from "#src/base/markdown.ts";
import { minuteOf } from "#src/base/minute.ts";
import { UserError } from "#src/base/user-error.ts";
import { type Context, channel, choice, defineGroup, flag, subcommand, text, user, whole } from "#src/chat/command.ts";
import { removeAnswer } from "#src/chat/try/remove-answer.ts";
import { button, buttonRow, type Component, container, customId, textDisplay, type View } from "#src/chat/view.ts";

/** Ids of Discord, as buttons carry them. */
const personId = z.string().regex(/^\d{1,20}$/);
const answerState = z.string().regex(/^[0-9a-f]{16}:\d{1,20}:\d{1,20}$/);

const MAX_REASON = 200;
/** A year; who is to stay away longer is blocked without an end. */
const MAX_HOURS = 8760;
const MAX_RUNS = 100_000;
/** Rows that are shown of a list. */
const MOST_SHOWN = 20;
const MOST_USED = 10;

const where = choice(["here", "everywhere"]);

function requireAdmin({ person }: Context): void {
  if (!person.admin) throw new UserError("adminsOnly");
}

const privately = (lines: string | string[], ...more: Extract<Component, { type: 1 }>[]): View => ({
  private: true,
  components: [container([textDisplay([lines].flat().join("\n")), ...more])],
});

/** A person by a mention, which pings nobody; a visitor of the page by the id that stands for a browser. */
const personText = (id: string): string => (/^\d+$/.test(id) ? `<@${id}>` : code(id));
/** Discord shows it in the reader's own time zone; elsewhere it reads as UTC. */
const timeText = (ms: number, { channels }: Context): string =>
  channels ? `<t:${Math.floor(ms / 1000)}:f>` : minuteOf(ms);

/** The server that is meant; undefined for all. */
function guildMeant(meant: "here" | "everywhere" | undefined, { person }: Context): string | undefined {
  if (meant === "here" && person.guild === undefined) throw new UserError("adminNotInServer");
  return meant === "everywhere" ? undefined : person.guild;
}

async function blockPerson(
  whom: string,
  given: { reason: string; hours: number | undefined },
  context: Context,
): Promise<void> {
  const { community, person, text: say, tries } = context;
  if (whom === person.id) throw new UserError("adminSelf");
  await community.block(person, whom, given);
  // What was asked before would go on for minutes. Where the store of tries is away the block holds all the same.
  const stopped = await tries.stopAll(whom).catch(() => 0);
  const name = personText(whom);
  const line =
    given.hours === undefined
      ? say("admin.blocked", { name })
      : say("admin.blockedHours", { name, hours: given.hours });
  const lift = button(say("admin.unblock"), customId("admin", "unblock", whom));
  const lines = stopped > 0 ? [line, say("admin.blockedStopped", { count: stopped })] : line;
  await context.reply(privately(lines, buttonRow([lift])));
}

async function unblockPerson(whom: string, { community, person, text: say, reply }: Context): Promise<void> {
  const was = await community.unblock(person, whom);
  await reply(privately(say(was ? "admin.unblocked" : "admin.notBlocked", { name: personText(whom) })));
}

async function listBlocks(context: Context): Promise<void> {
  const { community, text: say } = context;
  const blocks = [...(await community.decisions()).blocks].toSorted(([, one], [, other]) => other.at - one.at);
  const lines = blocks.slice(0, MOST_SHOWN).map(([whom, { reason, until, by, at }]) => {
    const end = until === undefined ? "" : ` · ${say("admin.until", { when: timeText(until, context) })}`;
    const why = reason === "" ? "" : ` · ${plain(reason)}`;
    return `- ${personText(whom)}${end}${why} · ${say("admin.by", { name: personText(by), when: timeText(at, context) })}`;
  });
  if (blocks.length === 0) return context.reply(privately(say("admin.blocksNone")));
  const rest = blocks.length - lines.length;
  await context.reply(
    privately([
      `### ${say("admin.blocks", { count: blocks.length })}`,
      ...lines,
      ...(rest > 0 ? [`-# ${say("admin.more", { count: rest })}`] : []),
    ]),
  );
}

async function setReports(wanted: string | undefined, on: boolean, context: Context): Promise<void> {
  const { community, channels, person, text: say, reply } = context;
  if (!on) {
    await community.setReportChannel(person, undefined);
    return reply(privately(say("admin.reportsOff")));
  }
  if (wanted === undefined) {
    const { reportChannel } = await community.decisions();
    const line =
      reportChannel === undefined ? say("admin.reportsNone") : say("admin.reportsIn", { channel: reportChannel });
    return reply(privately(line));
  }
  if (channels === undefined) throw new UserError("adminOnlyDiscord");
  // The only way to know that it may: posting there.
  const greeting = { components: [container([textDisplay(say("admin.reportsHere"))])] };
  const refused = await channels.post(wanted, greeting, `reports${Date.now()}`);
  if (refused) throw new UserError("adminChannelRefused", { why: say(`channels.${refused}`) });
  await community.setReportChannel(person, wanted);
  await reply(privately(say("admin.reportsIn", { channel: wanted })));
}

async function showUsage(guild: string | undefined, { community, text: say, reply }: Context): Promise<void> {
  const rows = await community.mostUsed(guild, MOST_USED);
  const heading = say(guild === undefined ? "admin.usageEverywhere" : "admin.usageHere");
  const lines = rows.map(
    ({ person, runs }, at) => `${at + 1}. ${personText(person)} · ${say("admin.runs", { count: runs })}`,
  );
  await reply(privately([`### ${heading}`, ...(lines.length > 0 ? lines : [say("admin.usageNone")])]));
}

export const admin = defineGroup({
  name: "admin",
  slashOnly: true,
  examples: [
    "block <@300000000000000001> 刷屏",
    "unblock <@300000000000000001>",
    "pause where:everywhere 维护",
    "quota <@300000000000000001> runs:5",
    "private <#300000000000000002>",
  ],
  acknowledge: "answer",
  moderation: true,
  subcommands: {
    block: subcommand(
      {
        user: user({ required: true }),
        reason: text({ required: false, maxLength: MAX_REASON }),
        hours: whole({ required: false, least: 1, most: MAX_HOURS }),
      },
      async ({ user: whom, reason = "", hours }, context) => {
        requireAdmin(context);
        await blockPerson(whom, { reason, hours }, context);
      },
    ),
    unblock: subcommand({ user: user({ required: true }) }, async ({ user: whom }, context) => {
      requireAdmin(context);
      await unblockPerson(whom, context);
    }),
    blocks: subcommand({}, async (_values, context) => {
      requireAdmin(context);
      await listBlocks(context);
    }),
    pause: subcommand(
      { reason: text({ required: false, maxLength: MAX_REASON }), where },
      async ({ reason = "", where: meant }, context) => {
        requireAdmin(context);
        const guild = guildMeant(meant, context);
        await context.community.pause(context.person, guild, reason);
        await context.reply(
          privately(context.text(guild === undefined ? "admin.pausedEverywhere" : "admin.pausedHere")),
        );
      },
    ),
    resume: subcommand({ where }, async ({ where: meant }, context) => {
      requireAdmin(context);
      const guild = guildMeant(meant, context);
      const was = await context.community.resume(context.person, guild);
      const { pauses } = await context.community.decisions();
      const lines = [
        context.text(was ? "admin.resumed" : "admin.notPaused"),
        ...(pauses.has("everywhere") ? [context.text("admin.stillEverywhere")] : []),
      ];
      await context.reply(privately(lines));
    }),
    quota: subcommand(
      { user: user({ required: true }), runs: whole({ required: false, least: 0, most: MAX_RUNS }) },
      async ({ user: whom, runs }, context) => {
        requireAdmin(context);
        await context.community.setQuota(context.person, whom, runs);
        const name = personText(whom);
        await context.reply(
          privately(
            runs === undefined
              ? context.text("admin.quotaDefault", { name })
              : context.text("admin.quotaSet", { name, count: runs }),
          ),
        );
      },
    ),
    usage: subcommand({ where }, async ({ where: meant }, context) => {
      requireAdmin(context);
      await showUsage(guildMeant(meant, context), context);
    }),
    private: subcommand(
      { channel: channel({ required: false }), on: flag() },
      async ({ channel: wanted, on = true }, context) => {
        requireAdmin(context);
        const id = wanted ?? context.person.channels[0];
        if (id === undefined) throw new UserError("missingOption", { option: "channel" });
        await context.community.setPrivate(context.person, id, on);
        await context.reply(privately(context.text(on ? "admin.privateOn" : "admin.privateOff", { channel: id })));
      },
    ),
    reports: subcommand(
      { channel: channel({ required: false }), on: flag() },
      async ({ channel: wanted, on = true }, context) => {
        requireAdmin(context);
        await setReports(wanted, on, context);
      },
    ),
  },
  components: {
    /** Under a report. */
    block: {
      answer: "reply",
      shared: true,
      async execute(whom, _chosen, context) {
        requireAdmin(context);
        await blockPerson(
          personId.parse(whom),
          { reason: context.text("admin.reportReason"), hours: undefined },
          context,
        );
      },
    },
    unblock: {
      answer: "reply",
      shared: true,
      async execute(whom, _chosen, context) {
        requireAdmin(context);
        await unblockPerson(personId.parse(whom), context);
      },
    },
    /** Under a report. */
    remove: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        requireAdmin(context);
        const [attempt = "", place = "", id = ""] = answerState.parse(state).split(":");
        await removeAnswer(attempt, { channel: place, id }, context);
      },
    },
  },
});
