package io.portmapctl.testing;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A real terminal, by tmux, in which one command runs. Each has a server of its own: one that is
 * just ending would take the next terminal with it.
 */
public final class Screen implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private final String socket;

  private Screen(String socket) {
    this.socket = socket;
  }

  /** Starts a shell command on 80 columns in a namespace; {@code EXIT=N} follows its end. */
  public static Screen start(Namespace host, String command) throws Exception {
    return start(host, 80, command);
  }

  /** The same on a terminal of another width. */
  public static Screen start(Namespace host, int columns, String command) throws Exception {
    Needs.program("tmux");
    Screen screen = new Screen(host.name() + "-" + NUMBER.incrementAndGet());
    Run made =
        screen.tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            Integer.toString(columns),
            "-y",
            "60",
            "ip netns exec " + host.name() + " sh -c '" + command + "; echo EXIT=$?; sleep 30'");
    if (made.exit() != 0) {
      fail("tmux gives no terminal: " + made.err());
    }
    return screen;
  }

  private Run tmux(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-L", socket));
    command.addAll(List.of(words));
    return Namespace.process("", command);
  }

  /** Types. */
  public void keys(String... keys) throws Exception {
    List<String> words = new ArrayList<>(List.of("send-keys"));
    words.addAll(List.of(keys));
    tmux(words.toArray(new String[0]));
  }

  /** Pastes, as a terminal does that is told where a paste begins and ends. */
  public void paste(String text) throws Exception {
    tmux("set-buffer", text);
    tmux("paste-buffer", "-p");
  }

  /** What stands on it now. */
  public String text() throws Exception {
    return tmux("capture-pane", "-p", "-J", "-S", "-200").out();
  }

  /** Its title, which what is printed may change. */
  public String title() throws Exception {
    return tmux("display-message", "-p", "#{pane_title}").out().strip();
  }

  /** Waits until something stands on it. */
  public String waitFor(String text) throws Exception {
    String seen = "";
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      seen = text();
      if (seen.contains(text)) {
        return seen;
      }
      Thread.sleep(100);
    }
    return fail("no \"" + text + "\" on the screen:\n" + seen);
  }

  /** Waits until something stands on it so many times. */
  public void waitForMany(String text, int times) throws Exception {
    String seen = "";
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      seen = text();
      if (seen.split(Pattern.quote(text), -1).length > times) {
        return;
      }
      Thread.sleep(100);
    }
    fail("not " + times + " times \"" + text + "\" on the screen:\n" + seen);
  }

  /** Closes the terminal under whatever runs in it; again, where it is closed, it does nothing. */
  public void closeTerminal() throws Exception {
    tmux("kill-server");
  }

  @Override
  public void close() {
    try {
      closeTerminal();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
