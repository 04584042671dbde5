import { Client, Events, type InteractionReplyOptions } from "discord.js";

/** The least that answers a slash command with discord.js, with a message made beforehand: what Mulu is compared with. */
const message: InteractionReplyOptions = JSON.parse(process.env["MESSAGE"] ?? "{}");
const client = new Client({ intents: [], rest: { api: process.env["DISCORD_API_URL"] ?? "" } });
client.on(Events.InteractionCreate, (interaction) => {
  if (interaction.isChatInputCommand()) interaction.reply(message).catch(console.error);
});
await client.login(process.env["DISCORD_TOKEN"]);
