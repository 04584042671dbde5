import type { Comment } from "./pulls.ts";
import { validationFailed } from "./refused.ts";
import type { IssueState } from "./types.ts";

export type Issue = IssueState & {
  readonly id: number;
  readonly nodeId: string;
  comments: Comment[];
  /** Grows with every change: times alone leave changes within a second unordered. */
  touched: number;
};

type IssueInit = { title: string; body: string; labels: string[]; author: string };
type IssueChange = { title?: string | undefined; body?: string | undefined; state?: "open" | "closed" | undefined };

/** What issues need of the server that they are on; numbers are shared with pull requests. */
type IssueServer = { now: () => string; nextId: () => number; violation: (fault: string) => void };

const MAX_BODY_LENGTH = 65_536;
const MAX_TITLE_LENGTH = 256;

export type Issues = ReturnType<typeof createIssues>;

/** The issues of one repository. What GitHub would refuse is thrown as `Refused`. */
export function createIssues(hub: IssueServer, nextNumber: () => number) {
  const all: Issue[] = [];
  let touches = 0;

  const touch = (issue: Issue): void => {
    issue.updatedAt = hub.now();
    issue.touched = ++touches;
  };
  const checkLength = (field: string, text: string | undefined, limit: number): void => {
    if ((text?.length ?? 0) <= limit) return;
    hub.violation(`an issue's ${field} of ${text?.length} characters`);
    const message = `${field} is too long (maximum is ${limit} characters)`;
    throw validationFailed({ resource: "Issue", code: "custom", field, message });
  };
  const checkTexts = ({ title, body }: IssueChange): void => {
    checkLength("body", body, MAX_BODY_LENGTH);
    checkLength("title", title, MAX_TITLE_LENGTH);
  };

  return {
    all,
    find: (number: number): Issue | undefined => all.find((issue) => issue.number === number),
    touch,

    open: ({ title, body, labels, author }: IssueInit): Issue => {
      checkTexts({ title, body });
      const id = hub.nextId();
      const createdAt = hub.now();
      const issue: Issue = {
        ...{ id, nodeId: `I_${id}`, number: nextNumber(), title, body, state: "open", author, labels, comments: [] },
        ...{ createdAt, updatedAt: createdAt, closedAt: undefined, touched: 0 },
      };
      touch(issue);
      all.push(issue);
      return issue;
    },

    change: (issue: Issue, { title, body, state }: IssueChange): void => {
      checkTexts({ title, body });
      touch(issue);
      issue.title = title ?? issue.title;
      issue.body = body ?? issue.body;
      if (state === undefined || state === issue.state) return;
      issue.state = state;
      issue.closedAt = state === "closed" ? issue.updatedAt : undefined;
    },

    comment: (issue: Issue, author: string, body: string): Comment => {
      checkLength("comment", body, MAX_BODY_LENGTH);
      touch(issue);
      const comment = { id: hub.nextId(), author, body, createdAt: issue.updatedAt, updatedAt: issue.updatedAt };
      issue.comments.push(comment);
      return comment;
    },
  };
}
