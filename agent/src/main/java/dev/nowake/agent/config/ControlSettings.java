package dev.nowake.agent.config;

/**
 * Who may talk to the daemon on its socket, beside root and the daemon's own user.
 *
 * @param group whose members may ask what only reads; null for nobody
 * @param admins the group whose members may also change what the daemon does; null for nobody
 */
public record ControlSettings(String group, String admins) {
    public static final ControlSettings OWNER_ALONE = new ControlSettings(null, null);
}
