// What gradio gives to the script of a gr.HTML, and what the scripts of the pages share.

/** What is looked for in it is whatever the template says. */
interface Root extends HTMLElement {
  querySelector(selectors: string): any;
}

type Trigger = (event: string, data?: object) => void;

interface Props {
  value: string;
  [name: string]: any;
}

/** Functions of Python, by name. */
type Server = Record<string, (...values: unknown[]) => Promise<any>>;

type Upload = (file: File) => Promise<{ path: string; url: string }>;

/** Calls back after the value of a property changed. */
type Watch = (name: string | string[], changed: () => void) => void;

interface Window {
  /** Pages whose saved state has been read. */
  openedPages?: Set<string>;
}
