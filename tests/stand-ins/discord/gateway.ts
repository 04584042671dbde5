import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";

/** Discord's gateway as a bot meets it (developers/events/gateway): hello, identify, heartbeats, resume, disconnects. */

const Op = {
  Dispatch: 0,
  Heartbeat: 1,
  Identify: 2,
  Resume: 6,
  Reconnect: 7,
  InvalidSession: 9,
  Hello: 10,
  HeartbeatAck: 11,
} as const;
const packet = z.object({ op: z.number(), d: z.unknown().optional() });
const identify = z.looseObject({ token: z.string(), intents: z.number() });
const resume = z.looseObject({ token: z.string(), session_id: z.string(), seq: z.number() });

type Event = { sequence: number; name: string; data: unknown };
type Session = { id: string; socket: WebSocket | undefined; events: Event[] };

export type GatewayOptions = {
  token: string;
  application: string;
  heartbeatMs: number;
  path: string;
  url: () => string;
  violation: (fault: string) => void;
};

export function createGateway(http: Server | SecureServer, options: GatewayOptions) {
  /** What an upgrade is refused with, as by what stands before the gateway. */
  let upgradeStatus: number | undefined;
  const sockets = new WebSocketServer({
    server: http,
    path: options.path,
    verifyClient: (_request, done) => {
      counts.connect += 1;
      if (upgradeStatus === undefined) done(true);
      else done(false, upgradeStatus);
    },
  });
  const sessions = new Map<string, Session>();
  const counts = { connect: 0, identify: 0, resume: 0 };
  const waiting = new Set<() => void>();
  let silent = false;
  let refusals = 0;
  let current: Session | undefined;

  const send = (socket: WebSocket, op: number, d: unknown, event?: Event): void =>
    socket.send(JSON.stringify({ op, d, s: event?.sequence ?? null, t: event?.name ?? null }));

  const dispatch = (session: Session, name: string, data: unknown): void => {
    const event = { sequence: session.events.length + 1, name, data };
    session.events.push(event);
    if (session.socket?.readyState === 1) send(session.socket, Op.Dispatch, data, event);
  };

  const connected = (session: Session, socket: WebSocket): void => {
    session.socket = socket;
    current = session;
    socket.once("close", () => {
      if (session.socket === socket) session.socket = undefined;
    });
  };

  const onIdentify = (socket: WebSocket, data: unknown): void => {
    counts.identify += 1;
    const { token, intents } = identify.parse(data);
    if (token !== options.token) {
      socket.close(4004, "Authentication failed.");
      return;
    }
    if (intents !== 0) options.violation(`intents ${intents} were asked for; slash commands need none`);
    const session: Session = { id: `session-${counts.identify}`, socket, events: [] };
    sessions.set(session.id, session);
    connected(session, socket);
    dispatch(session, "READY", {
      v: 10,
      user: {
        id: options.application,
        username: "mulu",
        discriminator: "0",
        global_name: null,
        avatar: null,
        bot: true,
      },
      guilds: [],
      session_id: session.id,
      resume_gateway_url: options.url(),
      shard: [0, 1],
      application: { id: options.application, flags: 0 },
    });
    for (const look of waiting) look();
  };

  const onResume = (socket: WebSocket, data: unknown): void => {
    const { token, session_id: id, seq } = resume.parse(data);
    const session = sessions.get(id);
    if (token !== options.token || session === undefined) {
      if (token === options.token) send(socket, Op.InvalidSession, false);
      else socket.close(4004, "Authentication failed.");
      return;
    }
    counts.resume += 1;
    const missed = session.events.slice(seq);
    connected(session, socket);
    for (const event of missed) send(socket, Op.Dispatch, event.data, event);
    dispatch(session, "RESUMED", {});
    for (const look of waiting) look();
  };

  sockets.on("connection", (socket) => {
    if (refusals > 0) {
      refusals -= 1;
      socket.terminate();
      return;
    }
    send(socket, Op.Hello, { heartbeat_interval: options.heartbeatMs });
    socket.on("error", () => {});
    socket.on("message", (raw) => {
      const { op, d } = packet.parse(JSON.parse(String(raw)));
      if (op === Op.Identify) onIdentify(socket, d);
      else if (op === Op.Resume) onResume(socket, d);
      else if (op === Op.Heartbeat) {
        if (!silent) send(socket, Op.HeartbeatAck, null);
      } else options.violation(`gateway opcode ${op} sent by the bot`);
    });
  });

  const isConnected = (): boolean => current?.socket?.readyState === 1;

  return {
    counts,
    isConnected,
    waiting,
    /** Delivers an event now, or after a resume. */
    emit: (name: string, data: unknown) => {
      if (current === undefined) throw new Error("no bot is connected");
      dispatch(current, name, data);
    },
    /** Closes the connection: any code but 1000 and 1001 may be resumed, as long as the session is remembered. */
    disconnect: (code: number, { forget = false } = {}) => {
      if (forget) sessions.clear();
      current?.socket?.close(code);
    },
    requestReconnect: () => current?.socket && send(current.socket, Op.Reconnect, null),
    invalidate: () => {
      sessions.clear();
      if (current?.socket) send(current.socket, Op.InvalidSession, false);
    },
    /** Drops the next connections before a word is said. */
    refuse: (connections: number) => {
      refusals = connections;
    },
    /** Answers the next upgrades with an HTTP status; undefined: lets them in again. */
    refuseUpgrades: (status: number | undefined) => {
      upgradeStatus = status;
    },
    /** Stops or takes up answering heartbeats. */
    silence: (on: boolean) => {
      silent = on;
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
