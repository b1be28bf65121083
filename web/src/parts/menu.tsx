/** A button with a panel that opens beside it. The panel is a popover: on top of everything, closed by Escape and by a click elsewhere. */
import { type ComponentChildren, type JSX, useEffect, useId, useRef, useSignal } from '../ui.ts';

/** Free space kept to the edge of the window. */
const EDGE_PX = 8;

/** Below its anchor, or above where there is no room; within the window. */
export function placeBeside(panel: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = Math.max(EDGE_PX, Math.min(box.left, innerWidth - width - EDGE_PX));
  const below = box.bottom + 4;
  const top = below + height + EDGE_PX <= innerHeight ? below : Math.max(EDGE_PX, box.top - height - 4);
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

export interface MenuProps {
  /** What the button says. */
  readonly label: ComponentChildren;
  /** What it is for, where the label alone does not say it. */
  readonly title: string;
  readonly class?: string;
  /** Drawn only while it is open; `close` closes it. */
  readonly panel: (close: () => void) => JSX.Element;
}

export function Menu({ label, title, class: name = '', panel }: MenuProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const element = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  const id = useId();
  useEffect(() => {
    const shown = element.current!;
    const onToggle = (event: ToggleEvent): void => {
      isOpen.value = event.newState === 'open';
    };
    shown.addEventListener('beforetoggle', onToggle as EventListener);
    return () => shown.removeEventListener('beforetoggle', onToggle as EventListener);
  }, [isOpen]);
  useEffect(() => {
    if (!isOpen.value) return;
    const [panelBox, anchor] = [element.current!, button.current!];
    // At once, and again when what it shows has come and made it wider.
    placeBeside(panelBox, anchor);
    const watch = new ResizeObserver(() => placeBeside(panelBox, anchor));
    watch.observe(panelBox);
    panelBox.querySelector<HTMLElement>('[autofocus], input, button, a')?.focus();
    return () => watch.disconnect();
  }, [isOpen.value]);
  const close = (): void => {
    element.current!.hidePopover();
    button.current!.focus();
  };
  return (
    <>
      <button
        type="button"
        class={`menu-button ${name}`}
        title={title}
        aria-expanded={isOpen.value}
        aria-haspopup="dialog"
        ref={button}
        popovertarget={id}
      >
        {label}
      </button>
      <div id={id} class="menu" popover="auto" role="dialog" aria-label={title} ref={element}>
        {isOpen.value && panel(close)}
      </div>
    </>
  );
}
