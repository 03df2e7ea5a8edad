package dev.nowake.agent.config;

/** What the daemon shows of itself and who may tell it what: the part of the configuration no load depends on. */
public record ServiceSettings(MetricsSettings metrics, JournalSettings journal, ControlSettings control) {
    public static final ServiceSettings DEFAULT =
            new ServiceSettings(MetricsSettings.NONE, JournalSettings.DEFAULT, ControlSettings.OWNER_ALONE);
}
