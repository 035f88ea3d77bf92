//! One operation a row, or several where there are several ways to name a thing. Each variable is a thing of `things.rs`.

pub(super) const OPERATIONS: &[(&str, &str)] = &[
    ("Query.analyticsSummary", "query ($studio: ID!) { analyticsSummary(studioId: $studio, days: 7) { timeZone } }"),
    ("Query.alertSettings", "query ($studio: ID!) { alertSettings(studioId: $studio) { viewersDropPercent } }"),
    (
        "Query.alerts",
        "query ($alert: ID!, $studio: ID!) { alerts(studioId: $studio) { nodes { kind } } node(id: $alert) { id } }",
    ),
    ("Query.campaignRule", "query ($studio: ID!) { campaignRule(studioId: $studio) { isEnabled } }"),
    (
        "Query.campaignRuleDryRun",
        "query ($studio: ID!) { campaignRuleDryRun(studioId: $studio, days: 7) { pauseCount } }",
    ),
    ("Query.liveAnalytics", r#"query ($studio: ID!) { liveAnalytics(studioId: $studio, from: "2026-11-01", to: "2026-11-02") { date } }"#),
    ("Query.liveSession", "query ($session: ID!) { liveSession(id: $session) { sessionName } }"),
    ("Query.liveSession", "query ($shopeeId: ID!) { liveSession(sessionId: $shopeeId) { sessionName overview { viewers } } }"),
    ("Query.liveSessions", "query ($studio: ID!) { liveSessions(filter: { studioId: $studio }) { totalCount nodes { id } } }"),
    ("Query.liveSessions", "query ($account: ID!) { liveSessions(filter: { shopeeAccountId: $account }) { nodes { id } } }"),
    ("Query.node", "query ($session: ID!) { node(id: $session) { id } }"),
    ("Query.node", "query ($member: ID!) { node(id: $member) { ... on Membership { user { email } } } }"),
    ("Query.node", "query ($account: ID!) { node(id: $account) { ... on ShopeeAccount { username creator { userName } } } }"),
    ("Query.node(Invitation)", "query ($invitation: ID!) { node(id: $invitation) { ... on Invitation { email } } }"),
    ("Query.nodes", "query ($studio: ID!, $item: ID!) { nodes(ids: [$studio, $item]) { id } }"),
    ("Query.shopeeLogin", "query ($login: ID!) { shopeeLogin(id: $login) { status } }"),
    ("Query.externalApiUrl", r#"{ externalApiUrl(path: "a") }"#),
    ("Query.ongoingLive", "query ($userId: ID!) { ongoingLive(uid: $userId, region: ID) { title } }"),
    ("Query.productUrl", "{ productUrl(shopId: 1, itemId: 1, region: ID) }"),
    (
        "Query.promotion",
        "query ($account: ID!, $campaign: ID!) { promotion(shopeeAccountId: $account, campaignId: $campaign) { name } }",
    ),
    ("Query.shopUrl", r#"{ shopUrl(name: "a", region: ID) }"#),
    ("Query.studio", "query ($studio: ID!) { studio(id: $studio) { name } }"),
    ("Query.viewer", "{ viewer { email } }"),
    ("Studio.auditLog", "query ($studio: ID!) { studio(id: $studio) { auditLog { nodes { actionName } } } }"),
    (
        "Studio.invitations",
        "query ($studio: ID!, $invitation: ID!) {
            studio(id: $studio) { invitations { nodes { email } } } node(id: $invitation) { id }
        }",
    ),
    ("Studio.members", "query ($studio: ID!) { studio(id: $studio) { members { nodes { user { email } } } } }"),
    ("Viewer.securityLog", "{ viewer { securityLog { totalCount } } }"),
    (
        "Mutation.signIn",
        "mutation ($email: String!, $password: String!) {
            signIn(input: { email: $email, password: $password }) { accessToken userErrors { code } }
        }",
    ),
    (
        "Mutation.refreshSignIn",
        "mutation ($refreshToken: String!) {
            refreshSignIn(input: { refreshToken: $refreshToken }) { accessToken userErrors { code } }
        }",
    ),
    ("Mutation.signOut", "mutation { signOut { endedSignIns userErrors { code } } }"),
    ("Mutation.signOutEverywhere", "mutation { signOutEverywhere { endedSignIns userErrors { code } } }"),
    (
        "Mutation.changePassword",
        r#"mutation ($password: String!) {
            changePassword(input: { currentPassword: $password, newPassword: "another twelve" }) { userErrors { code } }
        }"#,
    ),
    (
        "Mutation.createStudio",
        r#"mutation { createStudio(input: { name: "One more", timeZone: "UTC" }) { studio { id } userErrors { code } } }"#,
    ),
    (
        "Mutation.updateStudio",
        r#"mutation ($studio: ID!) {
            updateStudio(input: { studioId: $studio, timeZone: "Asia/Bangkok" }) { studio { id } userErrors { code } }
        }"#,
    ),
    (
        "Mutation.inviteMember",
        r#"mutation ($studio: ID!) {
            inviteMember(input: { studioId: $studio, email: "new@first.example", role: OWNER }) {
                invitationToken userErrors { code }
            }
        }"#,
    ),
    (
        "Mutation.revokeInvitation",
        "mutation ($invitation: ID!) {
            revokeInvitation(input: { invitationId: $invitation }) { invitation { email } userErrors { code } }
        }",
    ),
    (
        "Mutation.acceptInvitation",
        "mutation ($invitationToken: String!) {
            acceptInvitation(input: { token: $invitationToken }) { membership { role } userErrors { code } }
        }",
    ),
    (
        "Mutation.acceptInvitation(newcomer)",
        r#"mutation ($newcomersToken: String!) {
            acceptInvitation(input: { token: $newcomersToken, password: "another twelve" }) {
                membership { role } userErrors { code }
            }
        }"#,
    ),
    (
        "Mutation.changeMemberRole",
        "mutation ($member: ID!) {
            changeMemberRole(input: { membershipId: $member, role: OWNER }) { membership { role } userErrors { code } }
        }",
    ),
    (
        "Mutation.removeMember",
        "mutation ($member: ID!) { removeMember(input: { membershipId: $member }) { studio { name } userErrors { code } } }",
    ),
    (
        "Mutation.leaveStudio",
        "mutation ($studioOfTwoOwners: ID!) {
            leaveStudio(input: { studioId: $studioOfTwoOwners }) { viewer { email } userErrors { code } }
        }",
    ),
    (
        "Mutation.checkShopeeAccount",
        "mutation ($account: ID!) {
            checkShopeeAccount(input: { shopeeAccountId: $account }) { shopeeAccount { username } userErrors { code } }
        }",
    ),
    (
        "Mutation.disconnectShopeeAccount",
        "mutation ($account: ID!) {
            disconnectShopeeAccount(input: { shopeeAccountId: $account }) { shopeeAccount { status } userErrors { code } }
        }",
    ),
    (
        "Mutation.connectShopeeAccount",
        "mutation ($studio: ID!, $cookies: String!) {
            connectShopeeAccount(input: { studioId: $studio, region: ID, cookies: $cookies }) {
                shopeeAccount { username } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.startShopeeLogin",
        "mutation ($studio: ID!) {
            startShopeeLogin(input: { studioId: $studio, region: ID }) { login { imageUrl } userErrors { code } }
        }",
    ),
    (
        "Mutation.createLiveSession",
        "mutation ($account: ID!, $unstoredShopeeId: ID!) {
            createLiveSession(input: { shopeeAccountId: $account, sessionId: $unstoredShopeeId }) {
                liveSession { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.updateLiveSession",
        r#"mutation ($session: ID!) {
            updateLiveSession(input: { id: $session, updatedAt: "2100-01-01T00:00:00Z", sessionName: "Another" }) {
                liveSession { id } userErrors { code }
            }
        }"#,
    ),
    (
        "Mutation.deleteLiveSession",
        "mutation ($endedSession: ID!) {
            deleteLiveSession(input: { id: $endedSession }) { deletedLiveSessionId userErrors { code } }
        }",
    ),
    (
        "Mutation.syncLiveSession",
        "mutation ($session: ID!) { syncLiveSession(input: { id: $session }) { liveSession { id } userErrors { code } } }",
    ),
    (
        "Mutation.startCoins",
        "mutation ($key: String!, $quietSession: ID!) {
            startCoins(input: { idempotencyKey: $key, liveSessionId: $quietSession, amount: 1 }) {
                coinGiveout { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.giveOutCoins",
        "mutation ($key: String!, $session: ID!) {
            giveOutCoins(input: { idempotencyKey: $key, liveSessionId: $session, amount: 1, recipients: 1 }) {
                coinGiveout { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.resolveCoinGiveout",
        "mutation ($unknownGiveout: ID!) {
            resolveCoinGiveout(input: { coinGiveoutId: $unknownGiveout, happened: true }) {
                coinGiveout { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.editPromotion",
        "mutation ($key: String!, $account: ID!, $ongoingCampaign: ID!) {
            editPromotion(input: {
                idempotencyKey: $key, shopeeAccountId: $account, campaignId: $ongoingCampaign, action: PAUSE
            }) { promotionEdit { id } userErrors { code } }
        }",
    ),
    (
        "Mutation.resolvePromotionEdit",
        "mutation ($unknownEdit: ID!) {
            resolvePromotionEdit(input: { promotionEditId: $unknownEdit, happened: false }) {
                promotionEdit { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.undoPromotionEdit",
        "mutation ($key: String!, $pausedEdit: ID!) {
            undoPromotionEdit(input: { idempotencyKey: $key, promotionEditId: $pausedEdit }) {
                promotionEdit { id } userErrors { code }
            }
        }",
    ),
    (
        "Mutation.updateCampaignRule",
        r#"mutation ($studio: ID!) {
            updateCampaignRule(input: { studioId: $studio, pausesBelowReturn: "0.5" }) {
                campaignRule { isEnabled } userErrors { code }
            }
        }"#,
    ),
    (
        // Of days without sessions, so that nothing goes on while others are tried.
        "Mutation.rebuildAnalytics",
        r#"mutation ($studio: ID!) {
            rebuildAnalytics(input: { studioId: $studio, from: "2001-01-01", to: "2001-01-02" }) { sessions userErrors { code } }
        }"#,
    ),
    (
        "Mutation.acknowledgeAlert",
        "mutation ($alert: ID!) { acknowledgeAlert(input: { alertId: $alert }) { alert { id } userErrors { code } } }",
    ),
    (
        "Mutation.updateAlertSettings",
        "mutation ($studio: ID!) {
            updateAlertSettings(input: { studioId: $studio, viewersDropPercent: 30 }) {
                alertSettings { viewersDropPercent } userErrors { code }
            }
        }",
    ),
    (
        "Subscription.alerts",
        "subscription ($studioWithAlert: ID!) { alerts(studioId: $studioWithAlert) { alert { kind } } }",
    ),
    (
        "Subscription.coinGiveouts",
        "subscription ($sessionWithCoins: ID!) { coinGiveouts(sessionId: $sessionWithCoins) { sequence } }",
    ),
    ("Subscription.liveMetrics", "subscription ($session: ID!) { liveMetrics(sessionId: $session) { session { id } } }"),
    ("Subscription.studioLive", "subscription ($studio: ID!) { studioLive(studioId: $studio) { sequence } }"),
    ("Subscription.viewerCount", "subscription ($shopeeId: ID!) { viewerCount(sessionId: $shopeeId) { viewers } }"),
    ("Subscription.syncProgress", "subscription ($syncJob: ID!) { syncProgress(jobId: $syncJob) { state done } }"),
    (
        "Mutation.syncShopeeAccount",
        "mutation ($account: ID!) {
            syncShopeeAccount(input: { shopeeAccountId: $account }) { job { state } userErrors { code } }
        }",
    ),
    ("Subscription.shopeeAccountStatus", "subscription ($studio: ID!) { shopeeAccountStatus(studioId: $studio) { status } }"),
    ("Subscription.shopeeLoginStatus", "subscription ($login: ID!) { shopeeLoginStatus(id: $login) { status } }"),
];
