// Preloaded into a program by a test: its clock is off by so many milliseconds.
const off = Number(process.env["CLOCK_OFF_MS"]);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + off);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + off;
  }
};
