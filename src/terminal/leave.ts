/** What people type to leave, in shells, editors and chats. */
const LEAVE = /^\s*[/／]?(?:quit|exit|bye|logout|[:：]?q!?|[:：]wq|退出|再见|再見|离开|離開)\s*[;；。.]?\s*$/iu;

/** Whether a line asks to leave. */
export const isLeaving = (line: string): boolean => line.length < 40 && LEAVE.test(line);
