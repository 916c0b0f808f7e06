// Mails that the mail server of the tests has written to files.

import { readFile, rm } from "node:fs/promises";

import { equal } from "./expect";

interface Mail {
  subject: string;
  plain: string;
  html: string;
}

// Return the next mail for this address, when it is there.
async function takeMail(folder: string, address: string): Promise<Mail> {
  const file = `${folder}/${address}.json`;
  for (let tries = 0; tries < 100; tries += 1) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text) {
      await rm(file);
      return JSON.parse(text) as Mail;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail for ${address}`);
}

// Return the address of the link in the next mail.
export async function takeAddress(folder: string, address: string): Promise<URL> {
  const { plain } = await takeMail(folder, address);
  return new URL(/^https?:\S+$/m.exec(plain)?.[0] ?? "");
}

// Return the values in the link of the next mail, which leads to this page.
export async function takeLink(
  folder: string,
  address: string,
  page: string,
): Promise<URLSearchParams> {
  const { pathname, searchParams } = await takeAddress(folder, address);
  equal(pathname, page, "page");
  return searchParams;
}
