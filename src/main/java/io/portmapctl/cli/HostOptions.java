package io.portmapctl.cli;

import io.portmapctl.app.AddressSource;
import io.portmapctl.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options of where the host's addresses and routes come from. */
final class HostOptions {
  static final Option<List<String>> LOCAL_ADDRESS =
      Option.texts(
          "ADDRESS",
          "An address of the host whose ruleset it is, where that is not this one; repeatable.",
          "--local-address");

  static final Option.Text ADDRESSES =
      Option.text(
          "FILE",
          "The host's interfaces and addresses: what `ip -j addr` printed there.",
          "--addresses");

  static final Option.Text ROUTES =
      Option.text(
          "FILE",
          "The host's routes: what `ip -j route show table all` printed there.",
          "--routes");

  private HostOptions() {}

  static void declare(CommandSpec spec) {
    LOCAL_ADDRESS.declare(spec);
    ADDRESSES.declare(spec);
    ROUTES.declare(spec);
  }

  static AddressSource of(ParseResult given) {
    List<Cidr> local = new ArrayList<>();
    for (String text : LOCAL_ADDRESS.of(given)) {
      local.add(
          Cidr.parse(text)
              .orElseThrow(
                  () ->
                      LOCAL_ADDRESS.wrong(
                          given,
                          "found "
                              + Portmapctl.shown(text)
                              + ", expected an address, as 192.0.2.10 or 2001:db8::10")));
    }
    return new AddressSource(
        List.copyOf(local), ADDRESSES.of(given).orElse(""), ROUTES.of(given).orElse(""));
  }
}
