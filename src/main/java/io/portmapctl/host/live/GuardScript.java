package io.portmapctl.host.live;

/**
 * The process that takes a change back unless it may stay: a shell in a session of its own, which
 * needs nothing of what the change was made from, and whom no hang-up reaches. It stands in a
 * folder together with what it reads:
 *
 * <ul>
 *   <li>{@code undo}, the script that takes the change back;
 *   <li>{@code made}, there as soon as the change is made: the time runs from then on, or from when
 *       the program was gone before;
 *   <li>{@code decided}, a link that is made once, by whoever is first: its target is the word;
 *   <li>{@code done}, there as soon as the program has taken the change back;
 *   <li>{@code guard}, its own process and when that started, and where it has taken the change
 *       back {@code ended}, how that ended, and {@code said}, what it said.
 * </ul>
 */
public final class GuardScript {
  /** The change stays. */
  public static final String KEPT = "kept";

  /** The program that made the change takes it back. */
  public static final String BY_PROGRAM = "back-by-program";

  /** The guard takes it back. */
  public static final String BY_GUARD = "back-by-guard";

  private static final String TEXT =
      """
      #!/bin/sh
      trap '' HUP INT QUIT TERM PIPE
      cd "$1" || exit 4
      folder=$1 pid=$2 start=$3 seconds=$4 end=
      # since PROCESS: when it started, unless it is gone
      since() {
        read -r line <"/proc/$1/stat" || return
        set -- ${line##*) }
        [ "$1" = Z ] || echo "${20}"
      }
      alive() { [ "$(since "$pid")" = "$start" ]; }
      now() { read -r up rest </proc/uptime; echo "${up%%.*}"; }
      back() {
        sh ./undo >said 2>&1 </dev/null
        echo "$?" >ended.new && mv ended.new ended
        exit
      }
      echo "$$ $(since $$)" >guard.new && mv guard.new guard
      while [ -d "$folder" ]; do
        case $(readlink decided) in
          kept) break ;;
          back-by-program)
            if [ -e done ]; then break; fi
            alive || back ;;
          back-by-guard) back ;;
          *)
            if [ -z "$end" ] && { [ -e made ] || ! alive; }; then
              end=$(($(now) + seconds))
            fi
            # the program knows better what came after the change, and goes first while it is there
            if [ -n "$end" ] && [ "$(now)" -ge "$end" ]; then
              if ! alive || [ "$(now)" -ge "$((end + 3))" ]; then ln -s back-by-guard decided; fi
            fi ;;
        esac
        sleep 1
      done
      cd / && rm -rf "$folder"
      """;

  private GuardScript() {}

  /** Its text; it takes a folder, the program's process, when that started, and seconds. */
  public static String text() {
    return TEXT;
  }
}
